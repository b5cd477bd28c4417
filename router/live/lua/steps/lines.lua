-- Lines: the second party of a call is a number outside (a vet, an interpreter), which we dial. It is a
-- consult as with a colleague (steps/consult.lua), but it has no desk:
--
--   asked (it rings there) -> apart <-> together -> handed (the agent has left: the two talk, joined by us)
--
-- c.consult.line: which number (kind and name, as the configuration has it, or `to`, as it was typed),
-- language (of an interpreter), fence, begun (a process was about to dial: it is not dialled again),
-- call (the carrier's id), rings (its telephone does), proc (whose stream it is).

local has, key = values.has, values.key
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm = deadlines.arm, deadlines.disarm
local effect = effects.add
local event = events.add
local mutation, no = entry.mutation, entry.no

local function hang_up(c, call, fence) effect('unring', c, ctx.now, { call = call }, fence) end

local function own(c, proc)
  local line = c.consult.line
  if has(line.proc) then redis.call('SREM', key('lines_of:' .. line.proc), c.id) end
  line.proc = proc
  if proc then redis.call('SADD', key('lines_of:' .. proc), c.id) end
end

local function lasts(c, ms)
  c.consult['until'] = ctx.now + ms
  arm('consult', c.id, c.consult['until'])
  touch(c)
end

-- Caller and number talk, and nobody here does.
function lines.has_caller(c)
  return c.state == State.AWAY and has(c.consult) and c.consult.at == Consulted.HANDED
end

function lines.rings_ms() return ctx.cfg.dial + 15000 end

function lines.begin(c, line)
  c.consult.line = { kind = line.kind, name = line.name, to = has(line.to) and line.to or nil,
    language = has(line.language) and line.language or nil, fence = memory.next_fence() }
  if not has(line.language) then event('contact.number_asked', c, { agent = c.agent }) end
  effect('dial_line', c, ctx.now, { fence = c.consult.line.fence })
end

-- It is over, whoever ends it; the call there is hung up unless that is over, too.
function lines.let_go(c)
  local line = c.consult.line
  effects.drop(c, 'dial_line', 'open_line')
  own(c, nil)
  if has(line.call) then hang_up(c, line.call, line.fence) end
end

local function of(req)
  local c = contact(req.contact)
  local it = c and has(c.consult) and c.consult
  if not it or not has(it.line) or it.line.fence ~= req.fence then return nil end
  return c, it
end

-- A process is about to dial: once.
-- takes: contact, fence
-- refuses: stale, taken
mutation('line_begun', function(req)
  local c, it = of(req)
  if not c or it.at ~= Consulted.ASKED then return no('stale', 'moved_on') end
  if it.line.begun then return no('taken', 'being_called') end
  it.line.begun = true
  touch(c)
  return { ok = true, contact = c }
end)

-- The carrier has done nothing of it, and it is dialled in so many ms. Its deadline counts from then.
-- takes: contact, fence, ms
-- refuses: stale
mutation('line_waits', function(req)
  local c, it = of(req)
  if not c or it.at ~= Consulted.ASKED then return no('stale', 'moved_on') end
  it.line.begun = nil
  lasts(c, req.ms + lines.rings_ms())
  return { ok = true, contact = c }
end)

-- The carrier has the call, and says how far it is. Refused: it is hung up again.
-- takes: call, contact, fence, progress
-- refuses: stale
mutation('line_progress', function(req)
  local c, it = of(req)
  if not c then
    hang_up(contact(req.contact) or { id = req.contact }, req.call, req.fence)
    return no('stale', 'moved_on')
  end
  it.line.call = req.call
  if req.progress == 'ringing' then it.line.rings = true end
  touch(c)
  return { ok = true, contact = c }
end)

-- Its stream has begun in this process: somebody, or a machine, answered there, or it is back. An interpreter
-- is heard by the caller at once.
-- takes: contact, fence, proc
-- refuses: stale
-- tells: contact.consulted
mutation('line_up', function(req)
  local c, it = of(req)
  if not c then return no('stale', 'moved_on') end
  own(c, req.proc)
  effects.drop(c, 'open_line')
  it['until'] = nil
  disarm('consult', c.id)
  touch(c)
  if it.at ~= Consulted.ASKED then return { ok = true, contact = c } end
  event('contact.consulted', c, { agent = c.agent, handed_to = it.name, waited_ms = ctx.now - it.since })
  it.at, it.since = Consulted.APART, ctx.now
  if has(it.line.language) then consult.bring_together(c, true) end
  return { ok = true, contact = c }
end)

-- If the carrier does not ask by itself, because whoever is there was told to wait, it is told to.
local function ask_again(c)
  local line = c.consult.line
  if has(line.call) then effect('open_line', c, ctx.now + 2000, { fence = line.fence }) end
end

local function lost(c)
  if not consult.there(c) or has(c.consult['until']) then return end
  own(c, nil)
  lasts(c, ctx.cfg.come_back)
  ask_again(c)
end

-- Its stream ended: the carrier asks again if the call there lives.
-- takes: contact, fence
-- refuses: stale
mutation('line_lost', function(req)
  local c = of(req)
  if not c then return no('stale', 'moved_on') end
  lost(c)
  return { ok = true, contact = c }
end)

moments.process_lost.at(function(proc)
  for _, id in ipairs(redis.call('SMEMBERS', key('lines_of:' .. proc))) do
    local c = contact(id)
    if c and has(c.consult) and has(c.consult.line) and c.consult.line.proc == proc then lost(c) end
  end
  redis.call('DEL', key('lines_of:' .. proc))
end)

local NOT_REACHED = { busy = 'engaged', failed = 'out_of_reach', refused = 'not_dialled' }

-- The call there is over. Handed over, it is the end of the caller's, too, as of any talk outside.
-- takes: cause, contact, fence
-- refuses: stale
mutation('line_over', function(req)
  local c, it = of(req)
  if not c then return no('stale', 'moved_on') end
  it.line.call = nil
  if it.at == Consulted.HANDED then
    effect('hang_up', c)
    life.finish(c, 'handled', 'outside_hung_up')
  elseif it.at == Consulted.ASKED and req.cause ~= 'completed' then
    consult.over(c, NOT_REACHED[req.cause] or 'no_answer')
  else consult.over(c, 'hung_up') end
  return { ok = true, contact = c }
end)

-- Not answered in time, or its stream did not come back. A caller who was handed over is with us again, and
-- waits for whoever had them.
function lines.too_late(c)
  local it = c.consult
  if it.at == Consulted.ASKED then return consult.over(c, 'no_answer') end
  local handed = it.at == Consulted.HANDED
  consult.over(c, 'line_lost')
  if handed then
    life.talk_over(c)
    outside.back(c, 'line_lost')
  end
end

-- Caller and number go on without the agent, who has the time for their notes.
function lines.hand_over(c)
  local it, from = c.consult, agent(c.agent)
  c.consult = nil
  outside.leave_agent(c, from)
  c.consult, it.at = it, Consulted.HANDED
  c.outside = { kind = 'joined', name = it.line.name, word = it.name, to = it.line.to, by = from.id,
    by_name = steering.name_of(from), fence = it.line.fence }
  outside.stays(c, State.AWAY, ctx.cfg.outside_talk + 60000)
  c.talk_from = ctx.now
end

-- After a loss of the index: whoever was there still is, as soon as the stream says so; a telephone that only
-- rang is hung up.
function lines.rebuilt(c)
  local it = c.consult
  if consult.there(c) and c.state == State.ACTIVE or lines.has_caller(c) then
    it.line.proc = nil
    ask_again(c)
    return lasts(c, ctx.cfg.come_back)
  end
  if has(it.line.call) then hang_up(c, it.line.call, it.line.fence) end
  if it.holds then c.held = nil end
  c.consult = nil
end

function lines.is_known(c)
  return lines.has_caller(c) or c.state == State.ACTIVE and c.consult.at ~= Consulted.HANDED
end
