-- Time: every deadline, which any living process may fire; effects; processes.

local has, key, load, num = values.has, values.key, values.load, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm, fire = deadlines.arm, deadlines.disarm, deadlines.fire
local effect = effects.add
local event = events.add
local is_text = agents.is_text
local mutation, no = entry.mutation, entry.no

-- The menu was not answered: the line's default, which intake wrote into the contact.
function fire.menu(id)
  local c = contact(id)
  if not c or c.state ~= State.IN_MENU then return end
  if c.closed then outside.by_hours(c) else life.queue_now(c) end
end

-- A missed offer. An agent who was added late to the round, and rang only for a moment, has not missed it.
function fire.ring(id)
  local c = contact(id)
  if not c or not has(c.offer) then return end
  local rung = c.offer.agents
  local late = {}
  for _, who in ipairs(rung) do
    local a = agent(who)
    if a then
      local since = num(has(a.offer) and a.offer.since, 0)
      if since <= c.offer.began or ctx.now - since >= 3000 then
        waiting.exclude(c, a.id)
        late[#late + 1] = a
        event('contact.missed', c, { agent = a.id })
      end
      offers.unring_one(c, a, 'missed')
    end
  end
  c.offer = nil
  for _, a in ipairs(late) do
    if c.sticky_for == a.id then waiting.unstick(c) end
    if a.choice.ready then life.missed(a) end -- who is not ready has only been asked
  end
  offers.requeue(c, 'missed', false)
end

function fire.selftest(id)
  local a = agent(id)
  if not a or not has(a.testing) then return end
  a.testing = nil
  event('agent.self_tested', nil, { agent = a.id, reason = 'no_answer', ok = false })
  life.pause(a, { reason = 'self_test_failed' })
end

-- Accepted, but the two legs were never joined: the contact goes on, and the agent is not asked again at
-- once; their desk tests itself.
function fire.connect(id)
  local c = contact(id)
  if not c or c.state ~= State.CONNECTING then return end
  local a = agent(c.agent)
  if a then waiting.cool(c, a.id) end
  event('contact.not_connected', c, { agent = c.agent })
  life.take_back(c, 'not_connected', false)
  if a then life.not_joined(a) end
end

function fire.wrap(id)
  local c = contact(id)
  if not c or c.state ~= State.WRAPUP then return end
  life.finish(c, 'unfinished', c.cause)
  life.release(c)
end

function fire.comeback(id)
  local c = contact(id)
  if not c or not STATES[c.state].returns then return end
  event('contact.agent_not_back', c, { agent = c.agent })
  if moments.not_back.come(c) then return end
  life.take_back(c, 'agent_not_back', true)
end

function fire.lease(id)
  local a = agent(id)
  if a then life.lose(a) end
end

-- Their shift begins or ends: what rings for them and what they have in hand stays.
function fire.shift(id)
  local kept = ctx.kept
  local a = agent(id)
  if not a then return end
  a.ceiling = life.ceiling(a.shift_from, a.shift_to)
  agent_timers.arm(a, 'shift')
  for _, held in ipairs(waiting.ids_of(kept.named[a.id])) do
    local c = contact(held)
    if c and c.sticky_for == a.id then waiting.recheck_sticky(c) end
  end
  for _, out in ipairs(waiting.ids_of(kept.refused)) do -- this agent may have kept others out
    local c = contact(out)
    if c then records.seek(c) end
  end
  agents.settle(a)
end

function fire.offline(id)
  local a = agent(id)
  if a and a.presence == 'lost' then desks.go_offline(a, 'left') end
end

function fire.cool(id)
  local c = contact(id)
  if not c or not has(c.cooling) then return end
  local first
  for who, at in pairs(c.cooling) do
    if at <= ctx.now then c.cooling[who] = nil elseif not first or at < first then first = at end
  end
  if first then arm('cool', c.id, first) else c.cooling = nil end
  touch(c)
  waiting.replace(c)
end

-- The next step of the ladder: an open offer is left alone.
function fire.step(id)
  local c = contact(id)
  if not c or not has(c.ladder_from) then return end
  ladder.widen(c)
end

function fire.sticky(id)
  local c = contact(id)
  if c then waiting.unstick(c) end
end

function fire.promote(id)
  local c = contact(id)
  if c and has(c.ladder_from) and ladder.age(c) then severities.rescored(c) end
end

-- Nobody else for a while: the carrier takes the caller back into its loop.
function fire.stream_idle(id)
  local c = contact(id)
  if not c or c.state ~= State.QUEUED or c.link ~= 'streaming' then return end
  effect('close_stream', c, ctx.now, { link_epoch = c.link_epoch })
  arm('caller', c.id, ctx.now + 10000)
  event('contact.stream_idle', c)
end

-- The caller has not checked in: the carrier is asked.
function fire.caller(id)
  local c = contact(id)
  if not c or c.caller == 'gone' or STATES[c.state].over then return end
  effect('look_up', c)
  arm('caller', c.id, ctx.now + 10000)
  event('caller.not_heard_of', c)
end

-- No report of our own call in time: the carrier is asked to end it, and the agent is free.
function fire.dial(id)
  local c = contact(id)
  if not c or c.state ~= State.DIALING then return end
  effect('hang_up', c)
  life.finish(c, 'not_reached', 'no_answer')
  life.release(c)
end

function fire.text_idle(id)
  local c = contact(id)
  if not c or c.state ~= State.ACTIVE or not is_text(c) then return end
  event('contact.idle', c, { agent = c.agent })
  life.take_back(c, 'idle', false)
end

-- Set aside for a call too long, or until now: back to its place. Answered, but the party never wrote: done.
function fire.parked(id)
  local c = contact(id)
  if not c or c.state ~= State.PARKED then return end
  if c.parked_for == 'call' then life.take_back(c, 'parked_too_long', true)
  elseif c.parked_for == 'until' then texts.from_aside(c, 'its_time_came')
  else life.finish(c, 'handled', 'no_answer_came') end
end

-- A media process died: its callers get a new stream from another one.
function fire.proc(id)
  local lost = redis.call('SMEMBERS', key('owned:' .. id))
  redis.call('DEL', key('owned:' .. id))
  for _, cid in ipairs(lost) do
    local c = contact(cid)
    if c and c.link_owner == id then
      life.link_down(c)
      arm('caller', c.id, ctx.now + 3000)
      if offers.wants_stream(c) and c.state ~= State.DIALING then offers.ask_stream(c) end
      touch(c)
      event('contact.stream_lost', c, { cause = 'process_lost' })
    end
  end
  for _, aid in ipairs(redis.call('SMEMBERS', key('media_of:' .. id))) do
    local a = agent(aid)
    if a and a.media == 'up' and a.media_proc == id then
      life.media_down(a, true)
      agents.settle(a)
      event('agent.sound_down', nil, { agent = aid })
    end
  end
  redis.call('DEL', key('media_of:' .. id))
  redis.call('HDEL', key('procs'), id)
  moments.process_lost.come(id)
  for _, eid in ipairs(redis.call('ZRANGE', key('effects'), 0, 199)) do
    local row = load('e:' .. eid)
    if row and row.proc == id then redis.call('ZADD', key('effects'), ctx.now, eid) end
  end
  event('process.lost', nil, { proc = id })
end

-- Somebody was to look in this tick; if nobody knows who, everybody looks.
function fire.match()
  if not ctx.kept.later then ctx.eased, ctx.hurry = true, true end
end

local function first_due()
  deadlines.flush()
  return tonumber(redis.call('ZRANGE', key('deadlines'), 0, 0, 'WITHSCORES')[2] or nil)
end

-- A lease that ran out so long before anybody looked: the store was held up, or who looks, and then nobody
-- else could say that they live either.
local HELD_MS = 500

-- Fires what is due, by (deadline, kind, id), then matches once: the match sees everybody whom the clock
-- allows by now; if one tick is not enough, this is the last of several. Returns the next deadline and the
-- next effect.
-- takes: limit, proc
mutation('tick', function(req)
  local fired = 0
  local began = match.cpu_s()
  while fired < num(req.limit, 500) and not match.too_long(began, fired) do
    deadlines.flush()
    local due, at = unpack(redis.call('ZRANGE', key('deadlines'), '-inf', ctx.now, 'BYSCORE', 'LIMIT', 0, 1,
      'WITHSCORES'))
    if not due then break end
    local kind, id = string.match(due, '^([%a_]+)|(.*)$')
    ctx.due[due] = false
    disarm(kind, id)
    if kind == 'proc' and (id == req.proc or ctx.now - tonumber(at) > HELD_MS) then
      arm('proc', id, ctx.now + 1500) -- a pause that it survived: it still ticks; or that all of us had
    elseif fire[kind] then fire[kind](id) end
    standing.settle()
    fired = fired + 1
  end
  local due = first_due()
  if due and due <= ctx.now and not match.too_late() then match.later()
  else
    match.now()
    match.all()
    due = first_due()
  end
  local eff = redis.call('ZRANGE', key('effects'), 0, 0, 'WITHSCORES')
  return { ok = true, fired = fired, next = due or cjson.null,
    effect = eff[2] and tonumber(eff[2]) or cjson.null }
end)

-- A process says that it is alive; its legs stay its own for this long.
-- lapsed: others may have taken its legs for dead, so it reports again what it holds. about: what other
-- processes should know of one that carries sound for them (as text; read by Engine.processes).
-- takes: about, lease_ms, proc
mutation('process_alive', function(req)
  local lapsed = not redis.call('ZSCORE', key('deadlines'), 'proc|' .. req.proc)
  arm('proc', req.proc, ctx.now + req.lease_ms)
  if has(req.about) then redis.call('HSET', key('procs'), req.proc, req.about) end
  return { ok = true, lapsed = lapsed }
end)

-- takes: proc
mutation('process_gone', function(req)
  disarm('proc', req.proc)
  fire.proc(req.proc)
  return { ok = true }
end)

-- Effects are claimed under a lease; if a process dies in between, the next one finds them.
-- takes: lease_ms, limit, proc
mutation('claim', function(req)
  local taken = {}
  local due = redis.call('ZRANGE', key('effects'), '-inf', ctx.now, 'BYSCORE', 'LIMIT', 0, req.limit)
  for _, id in ipairs(due) do
    local row = load('e:' .. id)
    if not row or row.epoch ~= ctx.epoch then
      redis.call('ZREM', key('effects'), id)
      redis.call('DEL', key('e:' .. id))
    else
      row.tries, row.proc = row.tries + 1, req.proc
      redis.call('SET', key('e:' .. id), cjson.encode(row))
      redis.call('ZADD', key('effects'), ctx.now + req.lease_ms, id)
      row.help = help.of(row.contact) or cjson.null
      row.record = row.help == cjson.null and contact(row.contact) or cjson.null
      taken[#taken + 1] = row
    end
  end
  return { ok = true, effects = taken, count = #taken }
end)

-- Done, or to be tried again at a moment. made_at tells this row from a newer one of the same name.
-- fresh: its tries so far do not count.
-- takes: again_at, fresh, id, made_at
-- refuses: stale
mutation('effect_done', function(req)
  local row = load('e:' .. req.id)
  if not row or row.made_at ~= req.made_at then return no('stale', 'other_effect') end
  if has(req.again_at) then
    redis.call('ZADD', key('effects'), req.again_at, req.id)
    if req.fresh then
      row.tries = 0
      redis.call('SET', key('e:' .. req.id), cjson.encode(row))
    end
  else
    redis.call('ZREM', key('effects'), req.id)
    redis.call('DEL', key('e:' .. req.id))
  end
  return { ok = true }
end)
