-- Returns the current status of a key with this record, and whether it is due to an expired lease. An expired lease
-- ends the claim at that time, even before the end is recorded. The status is nil if the record has reached its
-- maximum age.
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
