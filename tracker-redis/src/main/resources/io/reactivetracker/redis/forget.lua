-- SUCCEEDED, FAILED --forget--> NOT_FOUND
--
-- ARGV: the key.
-- Returns 1 if this dropped a record, else 0. An unreadable record is dropped too.
--@include names
local key = ARGV[1]
--@include remember
--@include read
local record = redis.call('HGET', records, key)
local status = record and read(record)
local isDropped = record and status ~= 'R' and status ~= 'V'
if isDropped then
  remember(record)
  redis.call('HDEL', records, key)
  redis.call('ZREM', running, key)
  redis.call('ZREM', revoking, key)
  redis.call('ZREM', succeeded, key)
  redis.call('ZREM', failed, key)
end
--@include lapse-all
return { isDropped and status and 1 or 0 }
