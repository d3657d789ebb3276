-- The time as text: the server takes several times as long to write a number of 16 digits down as to read it.
local stamp = time[1] .. string.sub('00000' .. time[2], -6)
