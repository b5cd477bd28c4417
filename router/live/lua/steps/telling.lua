-- Telling: an S1 text or mail that nobody here takes is told to the numbers on call by telephone, one after
-- the other, until somebody presses a key and hears how to reach the party. So is an agent's request for help
-- (steps/help.lua); there the key is all.
--
--   next -> rings -> taken -> next      (not heard, or in nobody's hands in time: the list begins again)
--             `-> next (the next number)     next -> pause -> next (the list begins again)
--
-- The contact itself waits at its place meanwhile, and rings at whoever becomes free. The numbers, and who is
-- on call when, are known outside the index, which has only names.

local has, key, num = values.has, values.key, values.num
local contact = records.contact
local arm, disarm, fire = deadlines.arm, deadlines.disarm, deadlines.fire
local effect = effects.add
local is_text = agents.is_text
local mutation, no = entry.mutation, entry.no

-- Without news of the next number; while its telephone rings for another contact; when the list is through.
local NEXT_MS, BUSY_MS, PAUSE_MS = 30000, 5000, 60000
-- Whoever took it over has this long from the key, if the party writes again.
local WROTE_MS = 120000

-- What is told: a text or mail (its contact), or a request for help.
local function subject(id) return help.of(id) or contact(id) end

local function touch(s)
  if help.is(s) then help.touch(s) else records.touch(s) end
end

local function event(name, s, extra)
  if help.is(s) then help.tell((string.gsub(name, '^contact', 'help')), s, extra)
  else events.add(name, s, extra) end
end

local function answer(s)
  if help.is(s) then return { ok = true, help = s } end
  return { ok = true, contact = s }
end

function telling.may(c) return ctx.cfg.on_call == true and is_text(c) and c.severity == 1 end

function telling.wanted(c)
  if help.is(c) then return help.rung(c) end
  return telling.may(c) and has(c.overflow_at) and STATES[c.state].waits == true
end

local function lasts(c, ms)
  c.telling['until'] = ctx.now + ms
  arm('told', c.id, c.telling['until'])
  touch(c)
end

-- The contact that has this telephone now: it rings for it, or whoever took that over is still on it; nil if
-- it is free.
local function has_telephone(name)
  local id = redis.call('HGET', key('telling'), name)
  local c = id and subject(id)
  local t = c and has(c.telling) and c.telling
  local its = t and t.name == name and (t.at == Told.RINGS or num(t.busy_until, 0) > ctx.now)
  return its and c or nil
end

-- Whoever took it over is on the telephone with us, for so long at most.
local function listens(c)
  local t = c.telling
  local has_it = has_telephone(t.name)
  if has_it and has_it ~= c then return end
  redis.call('HSET', key('telling'), t.name, c.id)
  t.busy_until = ctx.now + ctx.cfg.number_heard
end

local function hang_up(c, call, fence) effect('unring', c, ctx.now, { call = call }, fence) end

-- It rings there no more. hangs_up: unless the call is over already.
local function leave(c, hangs_up)
  local t = c.telling
  if t.at ~= Told.RINGS then return end
  redis.call('HDEL', key('telling'), t.name)
  effects.drop(c, 'telephone')
  if hangs_up and has(t.call) then hang_up(c, t.call, t.fence) end
end

-- Not while it rings at a desk.
local function looks(c) return help.is(c) or c.state == State.QUEUED end

-- A process that knows the numbers is asked for the next one.
local function look(c)
  if looks(c) then effect('tell', c) end
end

-- The list is through.
local function pause(c)
  c.telling, c.tried = { at = Told.PAUSE }, nil
  lasts(c, help.is(c) and ctx.cfg.help_again_after or PAUSE_MS)
end

local function next_number(c)
  if help.is(c) and ctx.cfg.on_call ~= true then return pause(c) end
  c.telling = { at = Told.NEXT }
  lasts(c, NEXT_MS)
  look(c)
end

function telling.stop(c)
  if not has(c.telling) then return end
  leave(c, true)
  c.telling, c.tried = nil, nil
  disarm('told', c.id)
  effects.drop(c, 'tell')
  touch(c)
end

-- Begins the round where there should be one, and ends it where there should be none.
function telling.settle(c)
  if not telling.wanted(c) then telling.stop(c)
  elseif not has(c.telling) then next_number(c)
  elseif c.telling.at == Told.NEXT then look(c) end
end

-- In a rebuilt index it goes on where the record saw it: a call that was begun is not made again.
function telling.go_on(c)
  local t = has(c.telling) and c.telling
  if not t then return end
  if not telling.wanted(c) then
    c.telling, c.tried = nil, nil
    return
  end
  arm('told', c.id, num(t['until'], ctx.now))
  local busy = t.at == Told.RINGS or num(t.busy_until, 0) > ctx.now
  if busy then redis.call('HSET', key('telling'), t.name, c.id) end
  if t.at == Told.RINGS and not t.begun then effect('telephone', c, ctx.now, { fence = t.fence }) end
end

local function ring(c, one)
  c.tried = has(c.tried) and c.tried or {}
  c.tried[#c.tried + 1] = one.name
  c.telling = { at = Told.RINGS, name = one.name, word = one.word, since = ctx.now,
    fence = memory.next_fence() }
  lasts(c, ctx.cfg.outside_ring + ctx.cfg.acknowledge + 30000)
  redis.call('HSET', key('telling'), one.name, c.id)
  effect('telephone', c, ctx.now, { fence = c.telling.fence })
  event('contact.telephoned', c, { handed_to = one.word })
end

local function was_tried(c, name)
  for _, one in ipairs(has(c.tried) and c.tried or {}) do
    if one == name then return true end
  end
  return false
end

-- people: who is on call now, in their order. The first who was not rung in this pass, and whose telephone no
-- other contact has, is rung now.
-- takes: contact, people
-- refuses: stale
mutation('tell', function(req)
  local c = subject(req.contact)
  local t = c and has(c.telling) and c.telling
  if not t or t.at ~= Told.NEXT or not looks(c) then return no('stale', 'moved_on') end
  local busy = false
  for _, one in ipairs(req.people) do
    if not was_tried(c, one.name) then
      if not has_telephone(one.name) then
        ring(c, one)
        return answer(c)
      end
      busy = true
    end
  end
  if busy then lasts(c, BUSY_MS) else pause(c) end
  return answer(c)
end)

-- The contact for which a telephone rings under this fence.
local function rung(id, fence)
  local c = subject(id)
  local t = c and has(c.telling) and c.telling
  return t and t.at == Told.RINGS and t.fence == fence and c or nil
end

-- The contact of a call in which somebody answered or pressed the key, however late: nobody else has it.
local function still_told(id, fence)
  local c = subject(id)
  local t = c and has(c.telling) and c.telling
  return t and (t.at ~= Told.TAKEN or t.fence == fence) and c or nil
end

-- For whoever is too late there: somebody has it, or it is told to nobody any more.
function telling.quicker(id)
  local c = contact(id)
  local waits = c and STATES[c.state].waits and not has(c.telling)
  if waits then return no('stale', 'moved_on') end
  return no('taken', 'somebody_has_it')
end

-- A process is about to dial: once. undone: the carrier has done nothing of it, and it is dialled later.
-- takes: contact, fence, undone
-- refuses: stale, taken
mutation('telephone_begun', function(req)
  local c = rung(req.contact, req.fence)
  if not c then return no('stale', 'moved_on') end
  if c.telling.begun and not req.undone then return no('taken', 'being_called') end
  c.telling.begun = not req.undone or nil
  touch(c)
  return answer(c)
end)

-- The carrier has the call. Refused: it is hung up again.
-- takes: call, contact, fence
-- refuses: stale
mutation('telephone_dialled', function(req)
  local c = subject(req.contact)
  local t = c and has(c.telling) and c.telling
  if not t or t.fence ~= req.fence then
    hang_up(c or { id = req.contact }, req.call, req.fence)
    return no('stale', 'moved_on')
  end
  if t.at == Told.RINGS then
    t.call = req.call
    touch(c)
  end
  return answer(c)
end)

-- Theirs to see to until then: whoever is at a telephone does not see what the party writes meanwhile.
local function theirs(c, till)
  if c.telling.wrote then till = math.min(till, math.max(ctx.now, c.telling.since + WROTE_MS)) end
  lasts(c, till - ctx.now)
end

-- The party wrote again.
function telling.wrote(c)
  local t = has(c.telling) and c.telling
  if not t or t.at ~= Told.TAKEN then return end
  t.wrote = true
  if t.heard then theirs(c, t['until']) else touch(c) end
end

-- Not taken there: the next number.
local function not_taken(c, cause, hangs_up)
  local word = c.telling.word
  leave(c, hangs_up)
  event('contact.not_told', c, { handed_to = word, cause = cause })
  next_number(c)
end

-- Somebody, or a machine, answered there: the words begin, and then the time to press the key. Who answers
-- when the list has gone on hears them too, while nobody has it. Asked again by a call whose key is known:
-- our answer to that was lost.
-- takes: call, contact, fence
-- refuses: stale, taken
mutation('telephone_picked_up', function(req)
  local c = still_told(req.contact, req.fence)
  if not c then return telling.quicker(req.contact) end
  local t = c.telling
  if t.at == Told.TAKEN and not t.heard then
    listens(c)
    lasts(c, ctx.cfg.number_heard)
  elseif t.at == Told.RINGS and t.fence == req.fence then
    t.call = req.call
    lasts(c, ctx.cfg.acknowledge + 60000)
  end
  return answer(c)
end)

-- The key was pressed: whoever pressed it sees to it, as soon as they have heard how to reach the party
-- (heard: the carrier asked for what follows those words). It waits at its place all the same, and rings at
-- whoever becomes free. A key that comes late counts while nobody has it: what rings elsewhere ends.
-- takes: call, contact, fence, heard, name, word
-- refuses: stale, taken
-- tells: contact.taken_over
mutation('take_over', function(req)
  local c = still_told(req.contact, req.fence)
  if not c then return telling.quicker(req.contact) end
  local t, pressed = c.telling, c.telling.at ~= Told.TAKEN
  local hears = req.heard and not t.heard
  if pressed then
    if t.fence == req.fence then effects.drop(c, 'telephone') else leave(c, true) end
    t = { at = Told.TAKEN, name = req.name, word = req.word, fence = req.fence, call = req.call,
      since = ctx.now }
    c.telling, c.tried = t, nil
    if help.is(c) then
      t.heard = true
      disarm('told', c.id)
      help.see(c, 'on_call:' .. req.name, req.word, 'telephone')
      listens(c)
      return answer(c)
    end
    event('contact.taken_over', c, { handed_to = req.word })
  end
  if pressed or hears then listens(c) end
  if hears then
    t.heard = true
    theirs(c, ctx.now + ctx.cfg.taken_over)
  elseif pressed then lasts(c, ctx.cfg.number_heard) end
  return answer(c)
end)

-- The call there is over: nobody pressed the key, or whoever did has not heard how to reach the party.
-- takes: cause, contact, fence
-- refuses: stale
mutation('telephone_over', function(req)
  local c = still_told(req.contact, req.fence)
  local t = c and c.telling
  if not t or t.fence ~= req.fence then return no('stale', 'moved_on') end
  if t.at == Told.RINGS then not_taken(c, req.cause, false)
  elseif not t.heard then not_taken(c, 'not_heard', false)
  else
    t.busy_until = nil
    touch(c)
  end
  return answer(c)
end)

function fire.told(id)
  local c = subject(id)
  if not c or not has(c.telling) then return end
  if not telling.wanted(c) then return telling.stop(c) end
  local t = c.telling
  if t.at == Told.RINGS then return not_taken(c, 'no_news', true) end
  if t.at == Told.TAKEN and not t.heard then -- it may still be open, and would keep that telephone busy
    if has(t.call) then hang_up(c, t.call, t.fence) end
    return not_taken(c, 'not_heard', false)
  end
  if t.at == Told.TAKEN then
    event('contact.overflow', c, { cause = t.wrote and 'wrote_again' or 'not_seen_to', handed_to = t.word })
  end
  if t.at == Told.PAUSE and help.is(c) then help.begins_again(c) end
  next_number(c)
end
