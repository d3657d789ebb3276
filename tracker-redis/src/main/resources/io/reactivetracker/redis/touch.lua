-- Lets a key of the server expire when all that is in it has reached its age, if nobody writes to it before.
local function touch(name)
  if AGE > 0 then
    redis.pcall('PEXPIRE', name, EXPIRY)
  end
end
