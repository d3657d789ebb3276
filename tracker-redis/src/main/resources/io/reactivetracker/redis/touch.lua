-- Lets a server key expire once all its entries have reached the maximum age, unless a later write extends it.
local function touch(name)
  if AGE > 0 then
    redis.pcall('PEXPIRE', name, EXPIRY)
  end
end
