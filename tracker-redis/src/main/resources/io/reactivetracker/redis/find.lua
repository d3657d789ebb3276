-- Changes nothing.
--
-- ARGV: the key.
-- Returns the status, the fencing token of the last claim, and the failure.
--@include names
local key = ARGV[1]
local record = redis.call('HGET', records, key)
if not record then
  return { 'N', 0, '' }
end
local fence, failure = string.match(record, '^[RVSF](%d+) %S+\n(.*)$')
if not fence then
  return redis.error_reply('ERR the record of this key cannot be read: forget the key to drop it')
end
--@include read
local status, isLapsed = read(record)
return { status or 'N', tonumber(fence), isLapsed and 'L' or failure }
