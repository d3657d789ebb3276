--@include remember
-- Drops a few records of a zset that exceed the retention.
local function retire(zset, status)
  local old = {}
  if MAX_ENTRIES > 0 then
    local many = redis.call('ZCARD', zset) - MAX_ENTRIES
    if many > 0 then
      old = redis.call('ZRANGE', zset, 0, math.min(many, MAX_TIDIED) - 1)
    end
  end
  if AGE > 0 and not old[1] then
    old = redis.call('ZRANGEBYSCORE', zset, '-inf', now - AGE, 'LIMIT', '0', MAX_TIDIED)
  end
  for _, of in ipairs(old) do
    local record = redis.call('HGET', records, of)
    if record and string.sub(record, 1, 1) == status then
      remember(record)
      redis.call('HDEL', records, of)
    end
    redis.call('ZREM', zset, of)
  end
end
