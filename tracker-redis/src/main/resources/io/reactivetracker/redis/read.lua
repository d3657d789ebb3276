-- Gives what is true now of a key that has this record: its status, and whether it is that since its lease ran out. A lease
-- that has run out is an end at that time, also before anybody has written that down. Gives nil if it has reached its age.
local function read(record)
  local status = string.sub(record, 1, 1)
  if status == 'R' or status == 'V' then
    local at = tonumber(redis.call('ZSCORE', status == 'R' and running or revoking, key) or now)
    if at > now then
      return status, false
    elseif AGE > 0 and at <= now - AGE then
      return nil, true
    end
    return status == 'R' and 'F' or 'S', true
  elseif AGE > 0 then
    local at = redis.call('ZSCORE', status == 'S' and succeeded or failed, key)
    if at and tonumber(at) <= now - AGE then
      return nil, false
    end
  end
  return status, false
end
