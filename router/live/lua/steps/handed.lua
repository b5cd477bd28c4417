-- Handed: whoever hands a call on has the time of its wrap-up for their notes, as after any call. The call is
-- no longer theirs, so the time is the agent's own: a.handed (which call), a.handed_at, a.handed_until.

local has, num = values.has, values.num
local agent = records.agent
local fire = deadlines.fire
local event = events.add
local mutation, no = entry.mutation, entry.no

-- Before the call leaves their hands. Texts have no wrap-up.
function handed.begin(a, c)
  if c.channel ~= 'voice' then return end
  a.handed, a.handed_at, a.handed_until = c.id, ctx.now, ctx.now + num(c.wrapup_ms, 30000)
  agent_timers.arm(a, 'handed')
end

-- As load_of (order/agents.lua) sees it: a wrap-up.
function handed.wrap(a)
  if not has(a.handed_until) then return nil end
  return { state = State.WRAPUP, state_at = a.handed_at, ['until'] = a.handed_until }
end

function handed.over(a)
  if not has(a.handed_until) then return end
  a.handed, a.handed_at, a.handed_until = nil, nil, nil
  agent_timers.arm(a, 'handed')
end

local function done(a)
  handed.over(a)
  a.idle_since = ctx.now
  life.resume(a)
  agents.settle(a)
  event('agent.handed_done', nil, { agent = a.id })
end

-- Not taken where they sent it: the call comes back to them, and so they are free for it.
function handed.comes_back(c, id)
  local a = agent(id)
  if a and has(a.handed) and a.handed == c.id then done(a) end
end

function fire.handed(id)
  local a = agent(id)
  if a and has(a.handed_until) then done(a) end
end

-- takes: agent
-- refuses: too_late
mutation('handed_done', function(req)
  local a = agent(req.agent)
  if not a or not has(a.handed_until) then return no('too_late', 'no_wrapup') end
  done(a)
  return { ok = true }
end)
