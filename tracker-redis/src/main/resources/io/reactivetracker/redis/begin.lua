-- NOT_FOUND, FAILED --begin--> RUNNING
-- SUCCEEDED --beginRevoke--> REVOKING
--
-- BEGUN: the new status, R or V. ARGV: the key, and the nonce of the call.
-- Returns the fencing token, or the status that refused the claim.
--@include names
local key, call = ARGV[1], ARGV[2]
local isTask = BEGUN == 'R'
local held = isTask and running or revoking
local record = redis.call('HGET', records, key)
local isLapsed
local status
if record then
--@include read
  if not string.find(record, '^[RVSF]%d+ %S+\n') then
    return redis.error_reply('ERR the record of this key cannot be read: forget the key to drop it')
  end
  status, isLapsed = read(record)
  if status == BEGUN then
    local fence, nonce = string.match(record, '^.(%d+) (%S+)')
    if nonce == call then
      -- Asked again since the answer was lost.
      return tonumber(fence)
    end
  end
end
local isFree = isTask and (not status or status == 'F') or status == 'S' and not isTask
if not isFree then
  return status or 'N'
end
-- The first write: a full server refuses it, and so the whole script. The token exceeds every earlier one. It is at
-- least the time, so that it increases even if the server has lost the last token.
--@include stamp
local fence, fenceText, since = now, stamp, ''
local last = redis.call('SET', fences, stamp, 'GET')
if last and tonumber(last) >= now then
  fence = tonumber(last) + 1
  fenceText = string.format('%.0f', fence)
  since = stamp
  redis.call('SET', fences, fenceText)
end
if record then
  if not isLapsed then
--@include remember
    remember(record)
  end
  redis.call('ZREM', running, key)
  redis.call('ZREM', revoking, key)
  redis.call('ZREM', succeeded, key)
  redis.call('ZREM', failed, key)
end
redis.call('HSET', records, key, BEGUN .. fenceText .. ' ' .. call .. '\n' .. since)
redis.call('ZADD', held, now + LEASE, key)
local lapsed = redis.call('ZRANGEBYSCORE', held, '-inf', stamp, 'LIMIT', '0', MAX_TIDIED)
if lapsed[1] then
--@include lapse
  lapse(lapsed, held, BEGUN, isTask and 'F' or 'S', isTask and failed or succeeded)
end
if AGE > 0 then
--@include retire
  retire(succeeded, 'S')
  retire(failed, 'F')
  touch(records)
  touch(held)
end
return fence
