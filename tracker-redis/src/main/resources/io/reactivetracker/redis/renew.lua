-- RUNNING --renew--> RUNNING
-- REVOKING --renew--> REVOKING
--
-- ARGV[6]: the fencing number of the claim.
-- Gives 1, or 0 if the claim is no longer held.
local record = read()
if not holds(record, tonumber(ARGV[6])) then
  return { 0 }
end
-- Taken out first because that takes no memory: so a full server lets the whole script through.
redis.call('ZREM', zsets[record.status], key)
redis.call('ZADD', zsets[record.status], text(now + lease), key)
return { 1 }
