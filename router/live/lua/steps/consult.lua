-- Consult: the agent of a call asks a colleague in. The caller is on hold meanwhile; agent and colleague
-- talk, the agent goes back and forth (hold), brings the three together, hands the call over, or lets them
-- go.
--
--   asked -> apart <-> together        (each ends with the call, and when either of the two ends it)
--
-- c.consult: whom, and how far it is; a.asked: the call for which their desk rings; a.consult: the call that
-- they are in. It is work in hand: nothing is offered to them meanwhile. Instead of a colleague it may be a
-- number outside (steps/lines.lua).

local has, num = values.has, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm, fire = deadlines.arm, deadlines.disarm, deadlines.fire
local event = events.add
local mutation, no = entry.mutation, entry.no

local RINGS_MS = 20000

function consult.there(c) return has(c.consult) and c.consult.at ~= Consulted.ASKED end

-- For events: a colleague's id, else what the number is called.
function consult.whom(it) return has(it.agent) and it.agent or it.name end

-- Of a colleague only: they are there, and could have the call.
local function colleague_there(c) return consult.there(c) and has(c.consult.agent) end

local function off_hold(c)
  if not c.held then return end
  c.held = nil
  event('contact.resumed', c)
end

-- The colleague's side of it: free again, and what was set aside for it is in their hands, unless the call
-- is theirs now.
local function let_go(c, theirs)
  local a = agent(c.consult.agent)
  if not a then return end
  if a.asked == c.id then a.asked = nil end
  if a.consult == c.id then
    a.consult, a.idle_since = nil, ctx.now
    if not theirs then life.resume(a) end
  end
  agents.settle(a)
end

-- why: declined, not_answered, own_work, left_desk, not_back, left (by them), called_off, ended (by the
-- agent), handed_over, taken, inherited (the call is theirs), call_over; of a number outside: engaged,
-- no_answer, out_of_reach, not_dialled, hung_up, line_lost.
function consult.over(c, why, theirs)
  if not has(c.consult) then return end
  local it = c.consult
  disarm('consult', c.id)
  if has(it.line) then lines.let_go(c) else let_go(c, theirs) end
  c.consult = nil
  if it.holds and c.state == State.ACTIVE then off_hold(c) end
  touch(c)
  event('contact.consult_over', c, { agent = c.agent, handed_to = consult.whom(it), why = why })
end

function consult.leave(a, why)
  for _, id in ipairs({ a.asked or false, a.consult or false }) do
    local c = has(id) and id and contact(id)
    if c and has(c.consult) and c.consult.agent == a.id then consult.over(c, why) end
  end
  a.asked, a.consult = nil, nil
end

moments.call_over.at(function(c) consult.over(c, 'call_over') end)
moments.out_of_hands.at(function(c) consult.over(c, 'call_over') end)
moments.desk_left.at(function(a) consult.leave(a, 'left_desk') end)
moments.work_begins.at(function(a)
  if has(a.asked) then consult.leave(a, 'own_work') end
end)
moments.session_over.at(function(a, board)
  if not board then consult.leave(a, 'left_desk') end
end)

-- They are in a call, as long as they are in it.
moments.load.at(function(a, load)
  local c = has(a.consult) and contact(a.consult)
  if not c then return end
  load.voice, load.used = c, load.used + ctx.cfg.units_voice
  load.since = has(c.consult) and c.consult.since or nil
end)

-- Their page or their sound is gone: they have as long as any agent to come back.
moments.lost.at(function(a)
  local c = has(a.consult) and contact(a.consult)
  if not c or has(c.consult['until']) then return end
  c.consult['until'] = ctx.now + ctx.cfg.come_back
  arm('consult', c.id, c.consult['until'])
  touch(c)
end)

moments.back.at(function(a)
  local c = has(a.consult) and contact(a.consult)
  if not c or not has(c.consult['until']) or a.presence ~= 'online' or a.media ~= 'up' then return end
  c.consult['until'] = nil
  disarm('consult', c.id)
  touch(c)
end)

function fire.consult(id)
  local c = contact(id)
  if not c or not has(c.consult) then return end
  if has(c.consult.line) then return lines.too_late(c) end
  consult.over(c, consult.there(c) and 'not_back' or 'not_answered')
end

moments.busy_by_call.at(function(c, busy)
  if c.state == State.ACTIVE and colleague_there(c) then busy[c.consult.agent] = true end
end)

-- After a loss of the index: whoever was there still is; a desk that rang is not rung again.
moments.rebuilt.at(function(c)
  if not has(c.consult) then return end
  if has(c.consult.line) then return lines.rebuilt(c) end
  local a = agent(c.consult.agent)
  if a and consult.there(c) and c.state == State.ACTIVE and not has(a.consult) then
    a.consult = c.id
    if a.presence == 'online' and a.media == 'up' then c.consult['until'] = nil end -- back meanwhile
    if has(c.consult['until']) then arm('consult', c.id, c.consult['until']) end
  else
    if c.consult.holds then c.held = nil end
    c.consult = nil
  end
end)

-- The call and the colleague know of each other.
local function known_by_both(c)
  if not has(c.consult) then return true end
  if has(c.consult.line) then return lines.is_known(c) end
  local a = agent(c.consult.agent)
  return a ~= nil and c.state == State.ACTIVE
    and (consult.there(c) and a.consult or not consult.there(c) and a.asked) == c.id
end

local function nowhere(a)
  for _, id in ipairs({ a.asked or false, a.consult or false }) do
    local c = has(id) and id and contact(id)
    if has(id) and id and not (c and has(c.consult) and c.consult.agent == a.id) then return true end
  end
  return false
end

moments.check_call.at(function(c, wrong)
  if known_by_both(c) then return end
  wrong('consult')
  consult.over(c, 'mended')
end)

moments.check_agent.at(function(a, wrong)
  if not nowhere(a) then return end
  wrong('consult')
  a.asked, a.consult = nil, nil
  life.resume(a)
  agents.settle(a)
end)

-- What keeps somebody from being asked in: their choice counts only where they do not wish to be rung at all.
local function keeps_out(a)
  if a.presence ~= 'online' then return 'lost' end
  if a.media ~= 'up' then return 'no_sound' end
  local load = agents.load_of(a)
  if load.voice then return 'on_call' end
  if load.wrap then return 'wrapup' end
  if has(a.testing) then return 'self_test' end
  if has(a.asked) then return 'ringing' end
  if not a.choice.ready and not agents.paused_at_desk(a, load) then return 'paused' end
end

-- Of a queue, or of whoever has some skills: the best who is free, by the first of these steps that has one.
local function whoever(c, text)
  local function free(id)
    return id ~= c.agent and (not has(c.only) or c.only[id]) and not keeps_out(agent(id))
  end
  for _, step in ipairs(ladder.of({ ladder = text })) do
    local a = candidates.free_for(c, step, free)
    if a then return a end
  end
end

-- What keeps this agent from it: it is no call in their hands.
function consult.not_theirs(c, id)
  if not c then return no('too_late', 'call_ended') end
  if c.agent ~= id or c.state ~= State.ACTIVE or c.channel ~= 'voice' then
    return no('not_yours', 'no_call_of_yours')
  end
end

local function ask(c, of, rings_ms)
  of.at, of.by, of.by_name, of.since = Consulted.ASKED, c.agent, steering.name_of(agent(c.agent)), ctx.now
  of.holds, of['until'] = not c.held or nil, ctx.now + rings_ms
  c.consult = of
  arm('consult', c.id, of['until'])
  event('contact.consult_asked', c, { agent = c.agent, handed_to = consult.whom(of) })
  if not c.held then
    c.held = true
    event('contact.held', c)
  end
  touch(c)
end

-- The caller goes on hold, and the colleague's desk rings: one whom they named, or the best for a ladder; or
-- a number is dialled.
-- takes: agent, contact, ladder, line, to_agent
-- refuses: bad_request, not_ready, not_yours, too_late, unknown
mutation('consult', function(req)
  local c = contact(req.contact)
  local refused = consult.not_theirs(c, req.agent)
  if refused then return refused end
  if has(c.consult) then return no('bad_request', 'somebody_asked') end
  if has(req.line) then
    ask(c, { name = req.line.word }, lines.rings_ms())
    lines.begin(c, req.line)
    return { ok = true, contact = c }
  end
  local to, from = agent(req.to_agent), agent(c.agent)
  if has(req.ladder) then
    to = whoever(c, req.ladder)
    if not to then return no('not_ready', 'nobody_free_for_it') end
  end
  if not to then return no('unknown', 'no_agent') end
  if to.id == from.id then return no('bad_request', 'in_your_hands') end
  local cause = keeps_out(to)
  if cause then return no('not_ready', 'they_cannot', steering.name_of(to), cause) end
  ask(c, { agent = to.id, name = steering.name_of(to) }, RINGS_MS)
  to.asked = c.id
  agents.settle(to)
  return { ok = true, contact = c }
end)

-- Their answer. What rings at their desk besides goes on to others; texts in hand are set aside.
-- takes: agent, contact
-- refuses: no_sound, not_ready, too_late
-- tells: contact.consulted
mutation('consult_answer', function(req)
  local c, a = contact(req.contact), agent(req.agent)
  if not c or not a or a.asked ~= c.id or not has(c.consult) then return no('too_late', 'not_asked') end
  if a.media ~= 'up' then return no('no_sound', 'your_sound') end
  local load = agents.load_of(a)
  if load.voice or load.wrap then return no('not_ready', 'finish_first') end
  a.asked = nil
  life.set_aside(a)
  a.consult = c.id
  life.unring(a, 'in_a_call', false) -- as whoever is in a call: what rang does not come back to them
  local it = c.consult
  local waited = ctx.now - num(it.since, ctx.now)
  it.at, it.since, it['until'] = Consulted.APART, ctx.now, nil
  disarm('consult', c.id)
  touch(c)
  agents.settle(a)
  event('contact.consulted', c, { agent = c.agent, handed_to = a.id,
    waited_ms = waited })
  return { ok = true, contact = c }
end)

function consult.bring_together(c, on)
  c.consult.at = on and Consulted.TOGETHER or Consulted.APART
  off_hold(c)
  touch(c)
  event(on and 'contact.consult_together' or 'contact.consult_apart', c,
    { agent = c.agent, handed_to = consult.whom(c.consult) })
end

-- on: all three talk, the caller too; off: the caller hears the agent alone.
-- takes: agent, contact, on
-- refuses: bad_request, not_yours, too_late
mutation('consult_together', function(req)
  local c = contact(req.contact)
  local refused = consult.not_theirs(c, req.agent)
  if refused then return refused end
  if not consult.there(c) then return no('bad_request', 'nobody_there_yet') end
  consult.bring_together(c, req.on)
  return { ok = true, contact = c }
end)

-- Either of the two ends it: not answered yet, "not now" (the colleague) or "never mind" (the agent).
-- takes: agent, contact
-- refuses: too_late
mutation('consult_end', function(req)
  local c = contact(req.contact)
  local it = c and has(c.consult) and c.consult
  if not it or req.agent ~= it.agent and req.agent ~= c.agent then return no('too_late', 'not_asked') end
  local asked = it.at == Consulted.ASKED
  if req.agent == it.agent then consult.over(c, asked and 'declined' or 'left')
  else consult.over(c, asked and 'called_off' or 'ended') end
  return { ok = true, contact = c }
end)

-- The call is the colleague's from now on, and the caller with them at once.
local function hand_over(c, why)
  local to, from = agent(c.consult.agent), c.agent
  waiting.cool(c, from)
  if why == 'handed_over' then moments.handed_on.come(c, agent(from)) end
  consult.over(c, why, true)
  life.unring(to, 'in_a_call', false)
  life.take_back(c, 'handed_over', false)
  calls.take(c, to, memory.next_fence())
  offers.ask_stream(c)
end

-- The agent hands the call over to whom they asked in; the colleague may take it while the agent is gone.
-- takes: agent, contact
-- refuses: bad_request, no_sound, not_allowed, not_yours, too_late
-- tells: contact.transferred
mutation('consult_hand_over', function(req)
  local c = contact(req.contact)
  if not c then return no('too_late', 'call_ended') end
  local theirs = consult.there(c) and c.consult.agent == req.agent and has(c.fault)
  if c.state ~= State.ACTIVE or c.agent ~= req.agent and not theirs then
    return no('not_yours', 'no_call_of_yours')
  end
  if not consult.there(c) then return no('bad_request', 'nobody_there_yet') end
  if has(c.consult['until']) then
    return no('no_sound', 'they_cannot', c.consult.name, 'no_sound')
  end
  if has(c.consult.line) and has(c.consult.line.language) then
    return no('not_allowed', 'interpreter_takes_none')
  end
  event('contact.transferred', c, { agent = c.agent, handed_to = consult.whom(c.consult), by = req.agent })
  if has(c.consult.line) then lines.hand_over(c)
  else hand_over(c, theirs and 'taken' or 'handed_over') end
  return { ok = true, contact = c }
end)

-- The caller goes on with the colleague who is there.
moments.not_back.at(function(c)
  if not colleague_there(c) or has(c.consult['until']) then return false end
  event('contact.transferred', c, { agent = c.agent, handed_to = c.consult.agent })
  hand_over(c, 'inherited')
  return true
end)
