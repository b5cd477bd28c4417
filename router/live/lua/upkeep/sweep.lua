-- Sweeper: looks for states that must never occur, in a part of the contacts and agents at a time; counts and
-- repairs them. Each finding is a defect of the engine: it is reported as an event, never ignored.

local has, key, num = values.has, values.key, values.num
local agent, contact = records.agent, records.contact
local arm = deadlines.arm
local event = events.add
local tier = ladder.tier
local is_text = agents.is_text
local mutation = entry.mutation

local function armed(kind, id) return redis.call('ZSCORE', key('deadlines'), kind .. '|' .. id) ~= false end

local function on_line(c)
  return c.channel == 'voice' and c.link ~= 'none' and c.link ~= 'streaming' and c.caller ~= 'gone'
    and not offers.uncalled(c)
    and not STATES[c.state].over and c.state ~= State.DIALING
end

-- Deadlines of a contact besides the end of its state: when each is due, by kind.
local function clocks_of(c)
  local at = {}
  if has(c.ladder_from) then
    local next_step = ladder.of(c)[num(c.step, 0) + 2]
    at.step = next_step and c.ladder_from + next_step.from - num(c.ladder_ms, 0)
    at.sticky = c.sticky_for and ctx.now
    at.promote = tier(c) >= 2 and not has(c.promoted_at) and num(c.promote_at)
  end
  at.cool = has(c.cooling) and next(c.cooling) and ctx.now
  at.comeback = (c.fault == 'agent_sound_lost' or c.fault == 'agent_lost') and ctx.now + ctx.cfg.come_back
  at.caller = on_line(c) and ctx.now
  at.told = has(c.telling) and num(c.telling['until'], ctx.now)
  at.consult = has(c.consult) and num(c.consult['until'])
  return at
end

local function check_contact(c, found)
  local kept, sound = ctx.kept, true
  local function wrong(what)
    found[#found + 1] = { what = what, contact = c.id, state = c.state }
    sound = false
    records.touch(c) -- what is repaired is written, and looks for somebody
    records.seek(c)
  end
  for kind, at in pairs(clocks_of(c)) do
    if at and not armed(kind, c.id) then
      wrong('no_deadline')
      arm(kind, c.id, at)
    end
  end
  local spot = waiting.lane_of(c)
  local queued = kept.aside[c.id] == true
  if spot then queued = redis.call('ZSCORE', key('lane:' .. spot), waiting.member(c)) ~= false end
  local row = STATES[c.state]
  local in_order = row.in_order or row.overlaid and (has(c.offer) or waiting.stands(c)) or false
  if queued ~= in_order and c.state ~= State.IN_MENU then
    wrong('place')
    if waiting.stands(c) then waiting.place(c)
    elseif in_order then waiting.step_aside(c)
    else
      waiting.unplace(c)
      kept.aside[c.id] = nil
    end
  end
  if waiting.stands(c) and not has(c.lane) then
    wrong('no_lane')
    waiting.place(c)
  end
  if row.timer and not has(c.frozen_ms) and not armed(row.timer, c.id) then
    wrong('no_deadline')
    arm(row.timer, c.id, num(c['until'], ctx.now))
  end
  if row.idle and is_text(c) and not armed(row.idle, c.id) then
    wrong('no_deadline')
    arm(row.idle, c.id, ctx.now + ctx.cfg[row.idle])
  end
  if not standing.sound(c) then
    wrong('stands')
    standing.add(c)
  end
  if standing.unseen(c) then wrong('stands') end -- and it is looked at
  moments.check_call.come(c, wrong)
  if row.in_hands then
    local a, mine = agent(c.agent), false
    for _, id in ipairs(a and a.contacts or {}) do mine = mine or id == c.id end
    if not mine then
      wrong('agent_does_not_have_it')
      if a then
        a.contacts[#a.contacts + 1] = c.id
        agents.settle(a)
      end
    end
  end
  for _, id in ipairs(has(c.offer) and c.offer.agents or {}) do
    local a = agent(id)
    if not a or not has(a.offer) or a.offer.contact ~= c.id then
      wrong('rings_nowhere')
      offers.drop_out(c, a or { id = id }, 'rings_nowhere')
      if not has(c.offer) then break end
    end
  end
  if telling.wanted(c) ~= has(c.telling) then telling.settle(c) end -- a reload named numbers on call
  if not sound then return end
  if kept.later or not waiting.stands(c) and not offers.short(c) then return end
  if offers.fits(c, candidates.of(c, 1)) then wrong('unmatched') end
end

local function check_agent(a, found)
  local function wrong(what) found[#found + 1] = { what = what, agent = a.id } end
  for _, id in ipairs(a.contacts) do
    local c = contact(id)
    if not c or c.agent ~= a.id or STATES[c.state].waits then
      wrong('has_what_is_not_his')
      agents.leave(a, { id = id })
      agents.settle(a)
    end
  end
  local load = agents.load_of(a)
  if load.used ~= num(a.used, 0) then
    wrong('used')
    agents.settle(a)
  end
  local at = ctx.kept.at[a.id]
  if not at or at.spots ~= agents.pools_of(a, load) or at.cause ~= agents.cause_of(a, load)
    or at.since ~= a.idle_since then
    wrong('pool')
    agents.settle(a)
  end
  if has(a.offer) then
    local c = contact(a.offer.contact)
    if not c or not has(c.offer) or c.offer.fence ~= a.offer.fence then
      wrong('offer_of_nothing')
      a.offer = nil
      agents.settle(a)
    end
  end
  moments.check_agent.come(a, wrong)
  for kind in pairs(AGENT_TIMERS) do
    if agent_timers.moment(a, kind) and not armed(kind, a.id) then
      wrong('no_deadline')
      agent_timers.arm(a, kind)
    end
  end
end

-- cursor_c, cursor_a: where the last call ended ('0' = begin). Checks about `count` of each.
-- takes: count, cursor_a, cursor_c
-- tells: sweep.violation
mutation('sweep', function(req)
  local found, many = {}, tostring(num(req.count, 100))
  waiting.flush_lanes()
  deadlines.flush()
  local cs = redis.call('HSCAN', ctx.records, req.cursor_c or '0', 'COUNT', many)
  for i = 1, #cs[2], 2 do
    local id = string.match(cs[2][i], '^c:(.*)$')
    local c = id and contact(id)
    if c then check_contact(c, found) end
  end
  local as = redis.call('SSCAN', key('agents'), req.cursor_a or '0', 'COUNT', many)
  for _, id in ipairs(as[2]) do
    local a = agent(id)
    if a then check_agent(a, found)
    else
      found[#found + 1] = { what = 'no_record', agent = id }
      redis.call('SREM', key('agents'), id)
    end
  end
  for _, one in ipairs(found) do
    redis.call('HINCRBY', key('violations'), one.what, 1)
    local reason = (one.contact or one.agent) .. ' ' .. (one.state or '')
    event('sweep.violation', nil, { code = one.what, reason = reason })
  end
  return { ok = true, cursor_c = cs[1], cursor_a = as[1], found = #found > 0 and found or nil }
end)
