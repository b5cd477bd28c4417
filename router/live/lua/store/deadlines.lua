-- Deadlines: written together, when something reads them and at the end of a step. fire: what each kind does
-- (upkeep/time.lua).

local key = values.key

deadlines.fire = {}

-- For contacts that came in the life of this memory, the armed deadlines are remembered, one bit a kind, so
-- that removing one that is not there costs nothing.
local bits, next_bit = {}, 1

local function of_contact(kind) return not AGENT_TIMERS[kind] and kind ~= 'proc' end

local function is_armed(armed, bit) return armed % (2 * bit) >= bit end

function deadlines.arm(kind, id, at)
  local armed = ctx.kept.armed[id]
  if armed and of_contact(kind) then
    if not bits[kind] then bits[kind], next_bit = next_bit, next_bit * 2 end
    if not is_armed(armed, bits[kind]) then ctx.kept.armed[id] = armed + bits[kind] end
  end
  ctx.due[kind .. '|' .. id] = at
end

function deadlines.disarm(kind, id)
  local armed = of_contact(kind) and ctx.kept.armed[id]
  if armed then
    if not bits[kind] or not is_armed(armed, bits[kind]) then return end
    ctx.kept.armed[id] = armed - bits[kind]
  end
  ctx.due[kind .. '|' .. id] = false
end

-- One ZADD and one ZREM for many: `at` is a number, or false to remove it.
function deadlines.write_zset(k, changes)
  local add, rem = {}, {}
  for name, at in pairs(changes) do
    if at then
      add[#add + 1] = at
      add[#add + 1] = name
    else rem[#rem + 1] = name end
  end
  for i = 1, #add, 4000 do redis.call('ZADD', k, unpack(add, i, math.min(i + 3999, #add))) end
  for i = 1, #rem, 4000 do redis.call('ZREM', k, unpack(rem, i, math.min(i + 3999, #rem))) end
end

function deadlines.flush()
  if not next(ctx.due) then return end
  deadlines.write_zset(key('deadlines'), ctx.due)
  ctx.due = {}
end
