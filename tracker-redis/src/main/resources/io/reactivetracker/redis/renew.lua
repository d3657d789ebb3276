-- RUNNING --renew--> RUNNING
-- REVOKING --renew--> REVOKING
--
-- ARGV: of each claim the key and the fencing number.
-- Gives for each claim 1, or 0 if it is no longer held.
--@include names
-- Takes no memory, and nothing out: a full server lets a script through that has written before.
redis.call('ZREM', settlements, '-')
local renewed = {}
for i = 1, #ARGV, 2 do
  local key, fence = ARGV[i], ARGV[i + 1]
  local record = redis.call('HGET', records, key)
  local status = record and string.sub(record, 1, #fence + 2)
  local held = status == 'R' .. fence .. ' ' and running or status == 'V' .. fence .. ' ' and revoking
  local at = held and redis.call('ZSCORE', held, key)
  local isHeld = at and tonumber(at) > now
  if isHeld then
    redis.call('ZADD', held, now + LEASE, key)
  end
  renewed[#renewed + 1] = isHeld and 1 or 0
end
--@include lapse-all
touch(records)
touch(running)
touch(revoking)
return renewed
