-- RUNNING --renew--> RUNNING
-- REVOKING --renew--> REVOKING
--
-- ARGV: the key and the fencing token of each claim.
-- Returns 1 for each claim, or 0 if it is no longer held.
--@include names
-- Needs no memory and removes nothing. A full server allows the writes of a script that has written before.
redis.call('ZREM', settlements, '-')
local renewed, tasks, revokes = {}, {}, {}
for i = 1, #ARGV, 2 do
  local key, fence = ARGV[i], ARGV[i + 1]
  local record = redis.call('HGET', records, key)
  local isHeld = false
  if record and string.sub(record, 2, #fence + 2) == fence .. ' ' then
    local status = string.sub(record, 1, 1)
    local held = status == 'R' and running or status == 'V' and revoking
    local at = held and redis.call('ZSCORE', held, key)
    isHeld = at and tonumber(at) > now
    if isHeld then
      local list = status == 'R' and tasks or revokes
      list[#list + 1] = now + LEASE
      list[#list + 1] = key
    end
  end
  renewed[#renewed + 1] = isHeld and 1 or 0
end
if tasks[1] then
  redis.call('ZADD', running, unpack(tasks))
end
if revokes[1] then
  redis.call('ZADD', revoking, unpack(revokes))
end
--@include lapse-all
touch(records)
touch(running)
touch(revoking)
return renewed
