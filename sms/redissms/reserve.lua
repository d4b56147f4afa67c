-- KEYS: block list, opt-out list, allow list, then one hash for each count.
-- ARGV: recipient, obey opt-outs, only allowed, now in ms or 0, then window and
-- step in ms and the greatest number for each count.
-- Returns: rule that refuses or 0; place of the count from 0; ms to wait; when
-- it was counted, in ms, or 0.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then
  return {1, 0, 0, 0}
end
if ARGV[2] == '1' and redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then
  return {2, 0, 0, 0}
end
local allowed = redis.call('SISMEMBER', KEYS[3], ARGV[1]) == 1
if ARGV[3] == '1' and not allowed then
  return {3, 0, 0, 0}
end
if allowed or #KEYS == 3 then
  return {0, 0, 0, 0}
end

local now = tonumber(ARGV[4])
if now == 0 then
  local t = redis.call('TIME')
  now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local wait, place = 0, 0
for i = 4, #KEYS do
  local at = 5 + (i - 4) * 3
  local window, step, max = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local all = redis.call('HGETALL', KEYS[i])
  local sum, live, dead = 0, {}, {}
  for j = 1, #all, 2 do
    local free = tonumber(all[j]) * step + step - 1 + window -- when the step is over
    if free <= now then
      dead[#dead + 1] = all[j]
    else
      sum = sum + tonumber(all[j + 1])
      live[#live + 1] = {free, tonumber(all[j + 1])}
    end
  end
  if #dead > 0 then
    redis.call('HDEL', KEYS[i], unpack(dead))
  end
  if sum >= max then
    table.sort(live, function(a, b) return a[1] < b[1] end)
    local free = now
    for _, l in ipairs(live) do
      if sum < max then
        break
      end
      sum = sum - l[2]
      free = l[1]
    end
    if free - now > wait then
      wait, place = free - now, i - 4
    end
  end
end
if wait > 0 then
  return {4, place, wait, 0}
end

for i = 4, #KEYS do
  local at = 5 + (i - 4) * 3
  local window, step = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  redis.call('HINCRBY', KEYS[i], string.format('%.0f', math.floor(now / step)), 1)
  redis.call('PEXPIRE', KEYS[i], window + step)
end
return {0, 0, 0, now}
