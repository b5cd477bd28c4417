-- Life: how a contact waits, is answered, is lost, ends. Pieces that the steps share.

local has, key, num = values.has, values.key, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm = deadlines.arm, deadlines.disarm
local effect = effects.add
local event = events.add
local tier = ladder.tier
local is_text = agents.is_text
local MISSES_ACTIVE, MISSES_ABSENT = 3, 3 -- within miss_active; one after the other

function life.own(c, proc)
  if has(c.link_owner) then redis.call('SREM', key('owned:' .. c.link_owner), c.id) end
  c.link_owner = proc
  if proc then redis.call('SADD', key('owned:' .. proc), c.id) end
end

function life.link_down(c)
  if c.link == 'streaming' or c.link == 'asked' then
    c.link = 'at_carrier'
    life.own(c, nil)
  end
end

-- Talk time counts while both are on the line, over all agents of a call.
function life.talk_over(c)
  if has(c.talk_from) then c.talk_ms = num(c.talk_ms, 0) + ctx.now - c.talk_from end
  c.talk_from = nil
end

local timers -- every kind that a contact may have (`pairs` is not available while the library loads)

local function timers_of_all()
  if timers then return timers end
  timers = { caller = true, comeback = true, cool = true, stream_idle = true, step = true, sticky = true,
    promote = true, told = true }
  for _, row in pairs(STATES) do
    if row.timer then timers[row.timer] = true end
    if row.idle then timers[row.idle] = true end
  end
  return timers
end

-- by: who closed it, where nobody had it in hand.
function life.finish(c, outcome, cause, by)
  waiting.unwait(c)
  waiting.unname(c)
  standing.drop(c)
  moments.call_over.come(c)
  ctx.kept.refused[c.id] = nil
  life.talk_over(c)
  telling.stop(c)
  for kind in pairs(timers_of_all()) do disarm(kind, c.id) end
  effects.drop(c, 'open_stream', 'close_stream', 'look_up', 'overflow', 'go_outside')
  life.own(c, nil)
  local facts = figures.ended(c, outcome, cause)
  states.enter(c, State.ENDED)
  c.ended_at, c.outcome, c.cause, c.units = ctx.now, outcome, cause, 0
  redis.call('SET', key('tomb:' .. c.id), outcome, 'EX', 600)
  touch(c)
  event('contact.ended', c, { outcome = outcome, cause = cause, by = by, facts = facts })
end

-- Interruption --------------------------------------------------------------------------------

-- An agent with other work took a call: their texts are set aside, a wrap-up stands still.
function life.set_aside(a)
  moments.work_begins.come(a)
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and is_text(c) and c.state == State.ACTIVE then
      states.enter(c, State.PARKED, ctx.cfg.parked_call)
      c.units, c.parked_for = 0, 'call'
      touch(c)
      event('contact.interrupted', c, { agent = a.id })
      event('contact.parked', c, { agent = a.id, why = 'call_between' })
    elseif c and c.state == State.WRAPUP and not has(c.frozen_ms) then
      c.frozen_ms = math.max(30000, num(c['until'], ctx.now) - ctx.now)
      c.units, c['until'], a.frozen = 0, nil, c.id
      disarm('wrap', c.id)
      touch(c)
      event('contact.interrupted', c, { agent = a.id, why = 'wrapup_goes_on_later' })
    end
  end
end

-- The interrupting call is over: first its frozen wrap-up, then the texts, before any new offer.
function life.resume(a)
  local load = agents.load_of(a)
  if load.voice or load.wrap then return end
  local w = has(a.frozen) and contact(a.frozen)
  a.frozen = nil
  if w and w.state == State.WRAPUP then
    states.lasts(w, w.frozen_ms)
    w.units, w.frozen_ms = ctx.cfg.units_voice, nil
    touch(w)
    event('contact.wrapup_resumed', w, { agent = a.id })
    return
  end
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.state == State.PARKED then
      states.enter(c, State.ACTIVE)
      c.units, c.parked_for = ctx.cfg['units_' .. c.channel], nil
      touch(c)
      event('contact.unparked', c, { agent = a.id })
    end
  end
end

-- Frees the agent of a contact; their idle time counts from here.
function life.release(c)
  local a = agent(c.agent)
  if not a then return end
  agents.leave(a, c)
  if a.frozen == c.id then a.frozen = nil end
  a.idle_since = ctx.now
  if c.channel == 'voice' then life.resume(a) end
  agents.settle(a)
end

-- The agent who rang or talked is gone from this contact; it goes back to its place.
function life.take_back(c, why, named)
  local a, fresh = agent(c.agent), c.state ~= State.CONNECTING
  disarm('comeback', c.id)
  c.parked_for = nil
  moments.out_of_hands.come(c)
  life.talk_over(c)
  if a then
    if named then c.named = a.id end
    agents.leave(a, c)
    if c.channel == 'voice' then life.resume(a) end
    agents.settle(a)
  end
  offers.requeue(c, why, fresh)
end

-- What was set aside for a call no longer waits for anybody.
local function give_up_parked(a, why)
  local mine = a.contacts
  for _, id in ipairs(mine) do
    local c = contact(id)
    if c and c.state == State.PARKED then life.take_back(c, why, true) end
  end
end

-- Waiting -------------------------------------------------------------------------------------
-- From now on it is in line, and counted so: the counts are those of the events.
function life.in_line(c)
  c.queued_at = num(c.queued_at, ctx.now) -- older: they had waited before the index was lost
  touch(c)
  event('contact.queued', c, { severity = c.severity, queue = c.queue, channel = c.channel,
    grounds = has(c.grounds) and c.grounds or nil, facts = figures.queued(c) })
end

function life.queue_now(c)
  states.enter(c, State.QUEUED)
  life.in_line(c)
  waiting.begin_wait(c)
end

-- cause: who hung up first; the report of their line's end that follows does not change it.
function life.wrap_up(c, cause)
  states.enter(c, State.WRAPUP, num(c.wrapup_ms, 30000))
  moments.call_over.come(c)
  life.talk_over(c)
  c.cause, c.fault, c.held = cause, nil, nil
  disarm('comeback', c.id)
  disarm('caller', c.id)
  touch(c)
  local a = agent(c.agent)
  if a then agents.settle(a) end
  event('contact.wrapup_started', c, { talk_ms = c.talk_ms })
end

-- The person outside has gone, whichever report says so; only the first one counts.
function life.gone(c, cause)
  if c.caller == 'gone' then return end
  c.caller = 'gone'
  c.gone_at = ctx.now
  life.link_down(c)
  c.link = 'none'
  effects.drop(c, 'open_stream', 'close_stream', 'hang_up')
  touch(c)
  if c.state == State.ACTIVE then
    life.wrap_up(c, cause == 'hung_up' and 'caller_hung_up' or cause)
  elseif c.state == State.DIALING then
    c.with_us = cause == 'busy' and standing.on_line(c) or nil
    life.finish(c, 'not_reached', cause)
    life.release(c)
  elseif not STATES[c.state].over then
    local bound = c.state == State.CONNECTING
    offers.withdraw(c, 'caller_gone')
    local spoke = has(c.answered_at) -- it was answered, but the agent was lost and nobody else came
    local outcome = outside.ends[c.state] or offers.uncalled(c) and 'cancelled' or spoke and 'dropped'
      or 'abandoned'
    local promised = c.state == State.VOICEMAIL and has(c.overflow_at)
    life.finish(c, outcome, outcome == 'handled' and cause == 'hung_up' and 'caller_hung_up' or cause)
    if promised then effect('call_back', c) end
    if bound then life.release(c) end
  end
end

-- Agents --------------------------------------------------------------------------------------

-- Offers to an agent who cannot answer go on at once; that is not a miss.
function life.unring(a, code, voice_only)
  if not has(a.offer) then return end
  local c = contact(a.offer.contact)
  if c and voice_only and is_text(c) then return end
  if c and has(c.offer) then offers.drop_out(c, a, code) else a.offer = nil end
end

-- They are no longer on duty, or count as nobody there: contacts held for them are released, and what others
-- refused may ask them again.
function life.off_duty(a)
  waiting.let_go(a, false)
  for _, id in ipairs(waiting.ids_of(ctx.kept.refused)) do
    local c = contact(id)
    -- It changes something only if others are out and this agent is not.
    if c and waiting.stands(c) and has(c.passed_over) and not waiting.passed_over(c, a.id)
      and tier(c) >= num(a.floor, 0)
      and (listed.names(c, a.id) or agents.satisfies(a.skills, ladder.step(c).needs)) then records.seek(c) end
  end
end

-- choice: as in their record, with the reason (Chosen in router/core/model.py).
function life.pause(a, choice)
  a.choice, a.at_hand = choice, nil
  life.test_over(a)
  life.off_duty(a)
  give_up_parked(a, 'agent_paused')
  agents.settle(a)
  event('agent.paused', nil, { agent = a.id, reason = choice.reason })
end

-- Their desk tests itself: socket, microphone, sound path. No result in time counts as a failure.
local function test(a, why)
  if not a.choice.ready then return end
  a.testing = ctx.now + ctx.cfg.self_test
  agent_timers.arm(a, 'selftest')
  agents.settle(a)
  event('agent.self_test', nil, { agent = a.id, reason = why })
end

function life.test_over(a)
  a.testing, a.miss = nil, nil
  agent_timers.arm(a, 'selftest')
end

-- A skill that a step of some queue asks for and nobody else who is ready has: a surge may not empty the
-- floor of it.
local function only_one(a)
  for _, need in ipairs(ctx.cfg.asked or {}) do
    local needs = ladder.needs_of(need)
    if agents.satisfies(a.skills, needs) and agents.there(needs, a) == 0 then return need end
  end
  return nil
end

function life.pause_missed(a)
  local need = agents.on_duty(a) and only_one(a)
  if not need then return life.pause(a, { reason = 'missed' }) end
  if num(a.misses, 0) >= MISSES_ABSENT then
    a.absent = true
    life.off_duty(a)
  end
  agents.settle(a)
  if not a.spared then event('agent.only_one', nil, { agent = a.id, needs = ladder.needs_of(need) }) end
  a.spared = true
end

-- A missed offer. Their page answers whether they were active: if not, it tests the desk, and a second such
-- miss pauses them. One whom a supervisor made ready is paused by the next miss.
function life.missed(a)
  local before = has(a.missed_at) and ctx.now - a.missed_at < ctx.cfg.miss_forgotten and a.missed_at or nil
  a.misses = num(a.misses, 0) + 1
  if not a.choice.by then
    a.miss = { before = before }
    a.missed_at = ctx.now
    return test(a, 'missed')
  end
  a.missed_at = ctx.now
  life.pause_missed(a)
end

-- The page answered: they were active. That is no miss, but the third one within 10 min pauses.
function life.missed_active(a, miss)
  a.missed_at = miss.before
  local recent = {}
  for _, at in ipairs(a.active_misses or {}) do
    if ctx.now - at < ctx.cfg.miss_active then recent[#recent + 1] = at end
  end
  recent[#recent + 1] = ctx.now
  a.active_misses = recent
  if #recent < MISSES_ACTIVE then return agents.settle(a) end
  a.active_misses = nil
  life.pause_missed(a)
end

-- They took something, or chose themselves: what they missed is forgotten.
function life.answers(a)
  a.missed_at, a.misses, a.active_misses, a.absent, a.spared = nil, nil, nil, nil, nil
  if a.choice.ready then a.choice = { ready = true } end -- whoever made them so
end

-- They took a call but were not connected: the desk tests itself, and this is not a miss.
function life.not_joined(a)
  if a.presence == 'online' and not has(a.testing) then test(a, 'not_joined') end
end

-- ours: the sound was lost with a process of ours, not with their desk.
function life.media_down(a, ours)
  a.media = 'down'
  waiting.let_go(a, true)
  life.unring(a, 'sound_lost', true)
  moments.lost.come(a)
  local mine = a.contacts
  for _, id in ipairs(mine) do
    local c = contact(id)
    if c and c.channel == 'voice' and c.state == State.CONNECTING then
      life.take_back(c, 'sound_lost', false)
      if not ours then life.not_joined(a) end
    elseif c and c.channel == 'voice' and c.state == State.ACTIVE and not has(c.fault) then
      c.fault, c['until'] = 'agent_sound_lost', ctx.now + ctx.cfg.come_back
      life.talk_over(c)
      arm('comeback', c.id, c['until'])
      touch(c)
      event('contact.agent_sound_lost', c, { agent = a.id })
    end
  end
end

function life.media_up(a)
  a.media = 'up'
  moments.back.come(a)
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and c.channel == 'voice' and c.fault == 'agent_sound_lost' then
      c.fault, c['until'] = nil, nil
      c.talk_from = ctx.now
      disarm('comeback', c.id)
      touch(c)
      event('contact.agent_sound_back', c, { agent = a.id })
    end
  end
end

-- Outside their shift they are offered only what is urgent, S1 and S2: this is their ceiling. (When a shift
-- is over, their page sends the next one.)
function life.ceiling(from, to)
  if not has(from) or not has(to) then return nil end
  return (ctx.now < from or ctx.now >= to) and 1 or nil
end

function life.lose(a)
  if a.presence ~= 'online' then return end
  a.presence, a.testing, a.miss = 'lost', nil, nil
  agent_timers.arm_all(a)
  life.off_duty(a)
  life.unring(a, 'agent_lost', false)
  moments.lost.come(a)
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if c and is_text(c) and STATES[c.state].returns then
      c.fault = 'agent_lost'
      if c.state == State.ACTIVE then c['until'] = ctx.now + ctx.cfg.come_back end
      arm('comeback', c.id, ctx.now + ctx.cfg.come_back)
      touch(c)
    end
  end
  agents.settle(a)
  event('agent.lost', nil, { agent = a.id })
end

-- In somebody's hands: the ladder stands still, and nobody is out any more.
function life.in_hand(c)
  local kept = ctx.kept
  ladder.stand(c)
  kept.aside[c.id], kept.refused[c.id] = nil, nil
  c.passed_over, c.refusals, c.round = nil, nil, nil
  telling.stop(c)
end

-- Once only: an agent who takes over from a lost one continues with what was answered before. Its facts, for
-- the event; by_machine: see figures.lua.
function life.answered(c, by_machine)
  if has(c.answered_at) then return nil end
  c.answered_at = ctx.now
  standing.drop(c)
  return figures.answered(c, by_machine)
end
