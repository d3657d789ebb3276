--@include touch
-- Records that the leases of these claims have expired.
local function lapse(lapsed, zset, status, ended, other)
  for _, of in ipairs(lapsed) do
    local record = redis.call('HGET', records, of)
    local at = redis.call('ZSCORE', zset, of)
    redis.call('ZREM', zset, of)
    -- Without its record, or with another one, the entry means nothing.
    if record and string.sub(record, 1, 1) == status then
      local fence = string.match(record, '^.(%d+) ')
      redis.call('HSET', records, of, ended .. (fence or '0') .. ' lapse\n' .. (ended == 'F' and 'L' or ''))
      redis.call('ZADD', other, at, of)
      touch(other)
      redis.pcall('PUBLISH', string.sub(records, 1, -8) .. 'settled:' .. of, ended == 'F' and 'FAILED' or 'SUCCEEDED')
    end
  end
end
