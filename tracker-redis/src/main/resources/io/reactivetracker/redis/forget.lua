-- SUCCEEDED, FAILED --forget--> NOT_FOUND
--
-- Gives 1 if this dropped a record, else 0.
local record = read()
local isSettled = record.status == 'SUCCEEDED' or record.status == 'FAILED'
if isSettled then
  drop(key)
end
tidy()
return { isSettled and 1 or 0 }
