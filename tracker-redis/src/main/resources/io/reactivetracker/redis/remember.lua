--@include touch
-- Remembers the recorded end of a dropped record, so that a repeated step is recognized.
local function remember(record)
  local fence, step = string.match(record, '^[SF](%d+) (%l+)\n')
  if step == 'succeed' or step == 'fail' then
    redis.call('ZADD', settlements, now, fence .. ':' .. step)
    local old = redis.call('ZRANGEBYSCORE', settlements, '-inf', now - REMEMBERED, 'LIMIT', '0', MAX_TIDIED)
    if old[1] then
      redis.call('ZREM', settlements, unpack(old))
    end
    touch(settlements)
  end
end
