-- The time as text: formatting a number of 16 digits takes the server several times as long as parsing it.
local stamp = time[1] .. string.sub('00000' .. time[2], -6)
