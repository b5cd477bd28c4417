-- Records: contacts and agents. They are read once per step and written once at its end; between steps they
-- stay in memory.

local has = values.has

-- Usual values are not written; model.py has the same list.
records.USUAL = { __index = { state = State.QUEUED, dir = 'in', link = 'none', caller = 'present', units = 0,
  link_epoch = 0 } }

local function usual(c)
  for name, value in pairs(records.USUAL.__index) do
    if c[name] == value then c[name] = nil end
  end
  return setmetatable(c, records.USUAL)
end

local function load_contact(id)
  local raw = redis.call('HGET', ctx.records, 'c:' .. id)
  return raw and setmetatable(cjson.decode(raw), records.USUAL) or nil
end

function records.contact(id)
  if not has(id) then return nil end
  local c = ctx.contacts[id]
  if c == nil then
    local kept = ctx.kept
    c = kept.young[id] or kept.old[id] or kept.last[id] or kept.before_last[id] or load_contact(id) or false
    ctx.contacts[id] = c
  end
  return c or nil
end

function records.agent(id) return has(id) and ctx.kept.agents[id] or nil end

-- A record that this step makes.
function records.new_contact(c)
  ctx.contacts[c.id], ctx.made[c.id], ctx.kept.armed[c.id] = usual(c), true, 0
end

-- Promised calls to its party look at it (order/standing.lua).
function records.touch(c)
  ctx.dirty_c[c.id] = true
  if ctx.kept.promises[c.party] then ctx.stirred[c.id] = true end
end

function records.touch_agent(a) ctx.dirty_a[a.id] = true end
-- Written, but announced to nobody: no person sees the difference.
function records.keep(c) ctx.quiet[c.id] = true end

-- What may have found somebody new: matched at the end of the step (order/match.lua).
function records.seek(c) ctx.seek_c[c.id] = true end
function records.seek_agent(a) ctx.seek_a[a.id] = true end
