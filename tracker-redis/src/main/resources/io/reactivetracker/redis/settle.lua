-- RUNNING --succeed--> SUCCEEDED      REVOKING --succeed--> NOT_FOUND
-- RUNNING --fail--> FAILED            REVOKING --fail--> SUCCEEDED
--
-- STEP: succeed or fail. ARGV: the key, the fencing token of the claim, and the failure if a task failed.
-- Returns 1, or 0 if the claim is no longer held.
--@include names
local key, fence = ARGV[1], ARGV[2]
local record = redis.call('HGET', records, key)
local held
if record and string.find(record, fence .. ' ', 2, true) == 2 then
  local status = string.sub(record, 1, 1)
  held = status == 'R' and running or status == 'V' and revoking
end
if not held then
  -- Asked again since the answer was lost: the record tells it, or what was kept when that went.
  local ended = fence .. ' ' .. STEP .. '\n'
  local isEnded = record and string.sub(record, 2, #ended + 1) == ended
  return (isEnded or redis.call('ZSCORE', settlements, fence .. ':' .. STEP)) and 1 or 0
end
-- If nothing follows the line break, the fencing token is the time of the claim: the first lease needs no look-up.
local isFirstLease = string.sub(record, -1) == '\n' and now - fence < LEASE
if not isFirstLease then
  local at = redis.call('ZSCORE', held, key)
  if not at or tonumber(at) <= now then
    return 0
  end
end
-- Comes first because it needs no memory: a full server then allows the whole script.
redis.call('ZREM', held, key)
local told = 'NOT_FOUND'
if held == revoking and STEP == 'succeed' then
  redis.call('HDEL', records, key)
--@include remember
  remember('S' .. fence .. ' succeed\n')
else
  local isSuccess = held == revoking or STEP == 'succeed'
  local zset = isSuccess and succeeded or failed
--@include stamp
  redis.call('HSET', records, key, (isSuccess and 'S' or 'F') .. fence .. ' ' .. STEP .. '\n' .. (isSuccess and '' or ARGV[3]))
  redis.call('ZADD', zset, stamp, key)
  told = isSuccess and 'SUCCEEDED' or 'FAILED'
  if AGE > 0 or MAX_ENTRIES > 0 then
--@include retire
    retire(succeeded, 'S')
    retire(failed, 'F')
    touch(records)
    touch(zset)
  end
end
-- A failure here has no effect: a Redis user may lack the permission to publish.
redis.pcall('PUBLISH', string.sub(records, 1, -8) .. 'settled:' .. key, told)
return 1
