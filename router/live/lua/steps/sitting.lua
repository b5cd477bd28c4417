-- Sitting: somebody with a desk of their own sits beside an agent who talks. They listen, whisper to the
-- agent, or take part; the call goes on as it is, with another agent, too. It ends with the call, when they
-- leave, and when work of their own begins.
--
-- c.beside: who sits there and how; a.beside: the call beside whose agent they sit. They hear it by their
-- desk, or by a board: a.ears, the connection of a page that must be heard from.

local has, num = values.has, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local fire = deadlines.fire
local event = events.add
local mutation, no = entry.mutation, entry.no

-- The others there; and this one.
local function without(c, id)
  local rest, found = {}, nil
  for _, one in ipairs(has(c.beside) and c.beside or {}) do
    if one.agent == id then found = one else rest[#rest + 1] = one end
  end
  return rest, found
end

local function put(c, people)
  c.beside = #people > 0 and people or nil
  touch(c)
end

-- Whatever ended it: the only place that tells of an end. The audit's line and the words for whoever sat
-- there come from this event.
local function ended(c, one, why)
  event('contact.left_beside', c, { agent = c.agent, by = one.agent, mode = one.mode, hidden = one.hidden,
    since = num(one.since, ctx.now), why = why })
end

-- Of whoever is kept, in their order; the others sit there no more.
local function keep(c, stays, why)
  if not has(c.beside) then return end
  local people = {}
  for _, one in ipairs(c.beside) do
    if stays(one, agent(one.agent)) then people[#people + 1] = one else ended(c, one, why) end
  end
  put(c, people)
end

function agent_timers.rules.ears(a)
  return has(a.ears) and ctx.now + num(ctx.cfg.agent_lease, 0) or nil
end

local function hear_by(a, board)
  a.ears = board
  agent_timers.arm(a, 'ears')
end

local function stand_up(a)
  a.beside = nil
  hear_by(a, nil)
end

-- They sit beside nobody any more.
function sitting.leave(a, why)
  local c = has(a.beside) and contact(a.beside)
  stand_up(a)
  if not c then return end
  local rest, one = without(c, a.id)
  put(c, rest)
  if one then ended(c, one, why) end
end

moments.call_over.at(function(c)
  keep(c, function(_, a)
    if a and has(a.beside) and a.beside == c.id then
      stand_up(a)
      agents.settle(a)
    end
    return false
  end, 'call_over')
end)

moments.work_begins.at(function(a) sitting.leave(a, 'own_work') end)
moments.signed_out.at(function(a) sitting.leave(a, 'left_desk') end) -- by a board, too
moments.desk_left.at(function(a)
  if not has(a.ears) then sitting.leave(a, 'left_desk') end
end)

-- A buddy sits beside their trainee, whoever has the call then.
moments.out_of_hands.at(function(c)
  keep(c, function(one, a)
    if not has(one.trainee) then return true end
    stand_up(a)
    agents.settle(a)
    return false
  end, 'not_their_trainee')
end)

-- Whoever is not on the list of a restricted incident hears nothing of it any more.
moments.restricted.at(function(c)
  keep(c, function(one, a)
    if c.only[one.agent] then return true end
    if a then
      stand_up(a)
      agents.settle(a)
    end
    return false
  end, 'restricted')
end)

-- They are a supervisor no more, or have another buddy.
moments.known.at(function(a)
  for _, id in ipairs(a.contacts) do
    local theirs = contact(id)
    if theirs then
      keep(theirs, function(one, buddy)
        if one.trainee ~= a.id or one.agent == a.buddy then return true end
        stand_up(buddy)
        agents.settle(buddy)
        return false
      end, 'no_buddy')
    end
  end
  local c = a.supervisor == false and has(a.beside) and contact(a.beside)
  local _, one = nil, nil
  if c then _, one = without(c, a.id) end
  if one and not has(one.trainee) then sitting.leave(a, 'no_supervisor') end
end)
moments.session_over.at(function(a, board)
  if (has(a.ears) and a.ears or nil) == board then sitting.leave(a, 'session_over') end
end)

-- The board by which they hear it is gone.
function fire.ears(id)
  local a = agent(id)
  if not a or not has(a.ears) then return end
  sitting.leave(a, 'page_lost')
  agents.settle(a)
end

-- After a loss of the index: whoever sat there by their desk still does.
moments.rebuilt.at(function(c)
  keep(c, function(one, a)
    local still = a and c.state == State.ACTIVE and not has(a.beside) and one.board ~= true
    if still then a.beside = c.id end
    return still
  end, 'index_rebuilt')
end)

-- Whoever a call knows beside its agent knows it too, and the other way round.
local function known_by_all(c)
  for _, one in ipairs(has(c.beside) and c.beside or {}) do
    local a = agent(one.agent)
    if not a or a.beside ~= c.id then return false end
  end
  return true
end

moments.check_call.at(function(c, wrong)
  if known_by_all(c) then return end
  wrong('beside')
  keep(c, function(_, a) return a and a.beside == c.id end, 'mended')
end)

moments.check_agent.at(function(a, wrong)
  local c = has(a.beside) and contact(a.beside)
  if not has(a.beside) or c and #without(c, a.id) < #(has(c.beside) and c.beside or {}) then return end
  wrong('beside')
  stand_up(a)
  agents.settle(a)
end)

-- What keeps somebody from sitting there or from taking the call. board: with the sound of their board.
function sitting.keeps_out(c, a, board)
  if not c then return no('too_late', 'call_ended') end
  if not board and (not a or a.presence ~= 'online') then return no('not_ready', 'your_desk') end
  if c.channel ~= 'voice' or c.state ~= State.ACTIVE then return no('too_late', 'nobody_talks') end
  if not a then return nil end
  if has(c.only) and not c.only[a.id] then return no('not_allowed', 'not_on_its_list') end
  if c.agent == a.id then return no('bad_request', 'in_your_hands') end
  if not board and a.media ~= 'up' then return no('no_sound', 'your_sound') end
  local load = agents.load_of(a)
  if load.voice or load.wrap then return no('not_ready', 'finish_first') end
end

-- Sits down there, or does something else there. board: the connection of the board by which they hear it;
-- they (name) need not have a desk then. hidden: while they only listen, the agent does not see it. trainee:
-- they are no supervisor, and may sit beside this agent alone.
-- takes: agent, board, contact, hidden, mode, name, trainee
-- refuses: bad_request, no_sound, not_allowed, not_ready, too_late
-- tells: contact.sat_beside
mutation('sit_beside', function(req)
  local c, a, board = contact(req.contact), agent(req.agent), has(req.board) and req.board or nil
  local refused = sitting.keeps_out(c, a, board)
  if refused then return refused end
  if has(req.trainee) and c.agent ~= req.trainee then return no('not_allowed', 'not_your_trainee') end
  a = a or desks.unknown(req.agent, req.name)
  local _, sat = without(c, a.id)
  hear_by(a, board)
  local unseen = req.hidden and true or false
  local same = sat and sat.mode == req.mode and (sat.board == true) == (board ~= nil)
  if same and (sat.hidden == true) == unseen then
    ctx.no_act = true -- they go on, perhaps by another page
    agents.settle(a)
    if not has(req.trainee) then moments.sat_beside.come(c, a) end
    return { ok = true, contact = c }
  end
  if has(a.beside) and a.beside ~= c.id then
    sitting.leave(a, 'elsewhere')
    hear_by(a, board)
  end
  local hidden = unseen or nil
  local people = without(c, a.id)
  people[#people + 1] = { agent = a.id, name = steering.name_of(a), mode = req.mode,
    since = sat and num(sat.since, ctx.now) or ctx.now, board = board and true or nil,
    hidden = hidden, trainee = req.trainee }
  a.beside = c.id
  put(c, people)
  agents.settle(a)
  if not has(req.trainee) then moments.sat_beside.come(c, a) end
  event('contact.sat_beside', c, { agent = c.agent, by = a.id, why = req.mode, hidden = hidden })
  return { ok = true, contact = c }
end)

-- The board by which they hear it answered. No event: nothing that a person sees has changed.
-- takes: agent, board
-- refuses: stale
mutation('ears_seen', function(req)
  local a = agent(req.agent)
  if not a or not has(a.ears) or a.ears ~= req.board then return no('stale', 'other_board') end
  agent_timers.arm(a, 'ears')
  return { ok = true }
end)

-- takes: agent
-- refuses: too_late
mutation('leave_beside', function(req)
  local a = agent(req.agent)
  if not a or not has(a.beside) then return no('too_late', 'beside_nobody') end
  sitting.leave(a, 'left')
  agents.settle(a)
  return { ok = true }
end)

-- A supervisor takes the call out of an agent's hands into their own; the caller is with them at once.
-- What rings at their own desk goes on to others. Whoever had it keeps its wrap-up for their notes.
-- takes: agent, contact
-- refuses: bad_request, no_sound, not_allowed, not_ready, too_late
-- tells: contact.taken_from_agent
mutation('take_call', function(req)
  local c, a = contact(req.contact), agent(req.agent)
  local refused = sitting.keeps_out(c, a)
  if refused then return refused end
  local from = c.agent
  if has(a.beside) and a.beside == c.id then sitting.leave(a, 'took_it') end
  waiting.cool(c, from)
  moments.takes_call.come(c, a)
  moments.handed_on.come(c, agent(from))
  life.take_back(c, 'taken_from_agent', false)
  calls.take(c, a, memory.next_fence())
  life.unring(a, 'in_a_call', false)
  offers.ask_stream(c)
  event('contact.taken_from_agent', c, { agent = from, by = a.id })
  return { ok = true, contact = c }
end)
