-- Changes nothing.
--
-- Gives the status, the fencing number of the last claim, and the failure.
local record = read()
return { record.status, record.fence or 0, record.failure or '' }
