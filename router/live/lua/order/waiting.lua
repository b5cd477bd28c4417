-- Waiting: lanes, holds, exclusions. A queued contact is in exactly one of: lane (open to all),
-- sticky:<agent>, beside (refused by somebody, or of a restricted incident).

local has, key, num = values.has, values.key, values.num
local agent, contact, touch = records.agent, records.contact, records.touch
local arm, disarm = deadlines.arm, deadlines.disarm
local is_text = agents.is_text

-- 13 digits of arrived_at, ':', id: contacts with equal scores are ordered by arrival, then id.
function waiting.member(c) return string.format('%013d', c.arrived_at) .. ':' .. c.id end
function waiting.id_of(m) return string.sub(m, 15) end

function waiting.before(x, y)
  if x.score ~= y.score then return x.score < y.score end
  return waiting.member(x) < waiting.member(y)
end

-- Lanes: the store has them whole, the memory has their heads. `least` = no score is lower. What some agents
-- may not take has lanes of its own, so that it hides nothing from them: steps for supervisors (*), texts of
-- S3 and S4 promoted among those of S2 (^), promised S1 calls that we have not made (~).
function waiting.lane_named(name)
  local kept = ctx.kept
  local lane = kept.lanes[name]
  if not lane then
    local channel, sig, star, mark = string.match(name, '^(%a+)|([^*^~]*)(%*?)([~^]?)$')
    lane = { name = name, channel = channel, voice = channel == 'voice', sig = sig,
      needs = ladder.needs_of(sig), asks = string.find(sig, '?', 1, true) ~= nil, star = star == '*',
      aged = mark == '^', uncalled = mark == '~', known = true, least = 0 }
    kept.lanes[name], kept.lane_n = lane, kept.lane_n + 1
    ctx.new_lanes = ctx.new_lanes or {}
    ctx.new_lanes[#ctx.new_lanes + 1] = name
  end
  return lane
end

local function lane_changes(lane)
  local changes = ctx.lanes[lane]
  if not changes then
    changes = {}
    ctx.lanes[lane] = changes
  end
  return changes
end

local function lane_add(lane, c)
  local m, score = waiting.member(c), c.score
  if score < ladder.TIER and not lane.star then ctx.kept.early[lane] = true end
  if lane.asks then ctx.kept.asking[lane] = true end
  lane_changes(lane)[m] = score
  if lane.known then
    local head = lane.head
    if not head or score < lane.score or score == lane.score and m < head then
      lane.head, lane.score = m, score
    end
  elseif score < lane.least then lane.least = score end
end

local function lane_drop(lane, c)
  local m = waiting.member(c)
  local changes = lane_changes(lane)
  if changes[m] and ctx.made[c.id] then changes[m] = nil -- it was never there
  else changes[m] = false end
  if lane.known and lane.head == m then
    lane.known, lane.least, lane.head = false, lane.score, nil
  end
end

function waiting.flush_lane(lane)
  if not ctx.lanes[lane] then return end
  deadlines.write_zset(key('lane:' .. lane.name), ctx.lanes[lane])
  ctx.lanes[lane] = nil
end

function waiting.flush_lanes()
  if ctx.new_lanes then
    redis.call('SADD', key('lanes'), unpack(ctx.new_lanes))
    ctx.new_lanes = nil
  end
  for lane, changes in pairs(ctx.lanes) do deadlines.write_zset(key('lane:' .. lane.name), changes) end
  ctx.lanes = {}
end

-- Anybody may be offered it now: it waits in line, or is an S1 caller whom the carrier has outside or at the
-- voicemail. Not whom an agent sent outside.
function waiting.stands(c)
  if has(c.offer) then return false end
  if c.state == State.QUEUED then return true end
  return STATES[c.state].overlaid == true and c.severity == 1 and c.dir == 'in' and c.caller ~= 'gone'
    and not (has(c.outside) and c.outside.kind == 'transfer')
end

-- The member with the lowest score; nil if there is none.
function waiting.head_of(lane)
  if not lane.known then
    waiting.flush_lane(lane)
    local head = redis.call('ZRANGE', key('lane:' .. lane.name), 0, 0, 'WITHSCORES')
    lane.known, lane.head, lane.score = true, head[1], tonumber(head[2])
  end
  return lane.head, lane.score
end

-- Contacts that wait but are in no lane: sticky, refused, ringing or connecting. `beside` holds the refused
-- ones.
function waiting.named_of(id)
  local kept = ctx.kept
  local set = kept.named[id]
  if not set then
    set = {}
    kept.named[id] = set
  end
  return set
end

function waiting.unname(c)
  local kept = ctx.kept
  local set = c.sticky_for and kept.named[c.sticky_for]
  if not set then return end
  set[c.id] = nil
  if not next(set) then kept.named[c.sticky_for] = nil end
end

function waiting.beside_add(c)
  local kept = ctx.kept
  kept.beside, kept.beside_at = kept.beside or agents.new_line(), kept.beside_at or {}
  kept.beside_at[c.id] = agents.line_add(kept.beside, c.score, waiting.member(c))
  if ladder.step(c).asks then kept.asking_beside[c.id] = true end
end

local function beside_drop(c)
  local kept = ctx.kept
  local one = kept.beside_at and kept.beside_at[c.id]
  if not one then return end
  agents.line_drop(kept.beside, one)
  kept.beside_at[c.id], kept.asking_beside[c.id] = nil, nil
end

function waiting.unplace(c)
  local spot = c.lane
  if not has(spot) then return end
  c.lane = nil
  if spot == 'beside' or string.sub(spot, 1, 7) == 'sticky:' then
    beside_drop(c)
    redis.call('SREM', key('beside_lanes'), c.id)
  else lane_drop(waiting.lane_named(spot), c) end
end

function waiting.unwait(c)
  if not has(c.ladder_from) and not STATES[c.state].overlaid then return end -- it does not wait
  waiting.unplace(c)
  ctx.kept.aside[c.id] = nil
end

-- The lane it is in; nil if it is beside the lanes.
function waiting.lane_of(c)
  local spot = has(c.lane) and c.lane or 'beside'
  return spot ~= 'beside' and string.sub(spot, 1, 7) ~= 'sticky:' and spot or nil
end

-- Out of its lane, but still waiting: it rings or connects.
function waiting.step_aside(c)
  waiting.unplace(c)
  ctx.kept.aside[c.id] = true
end

-- Whoever missed or declined an S1 twice is nobody there for it: who is paused is not rung for it any more.
function waiting.given_up(c, agent_id)
  return c.severity == 1 and has(c.refusals) and num(c.refusals[agent_id], 0) >= 2
end

function waiting.refused(c)
  if has(c.passed_over) or has(c.cooling) then return true end
  for id in pairs(has(c.refusals) and c.refusals or {}) do
    if waiting.given_up(c, id) then return true end
  end
  return false
end

function waiting.place(c)
  ctx.kept.aside[c.id] = nil
  if not waiting.refused(c) then ctx.kept.refused[c.id] = nil end
  if not c.sticky_for and not waiting.refused(c) and not has(c.only) then
    local step, t = ladder.step(c), ladder.tier(c)
    local aged, uncalled = is_text(c) and t < 2 and c.severity > 2, t == 0 and offers.uncalled(c)
    c.lane = c.channel .. '|' .. step.sig .. (step.supervisors and '*' or '')
      .. (aged and '^' or uncalled and '~' or '')
    lane_add(waiting.lane_named(c.lane), c)
    return
  end
  if c.sticky_for then c.lane = 'sticky:' .. c.sticky_for
  else
    c.lane = 'beside'
    waiting.beside_add(c)
  end
  ctx.kept.aside[c.id] = true
  redis.call('SADD', key('beside_lanes'), c.id)
end

-- Its place is computed again after a change of step, score, sticky agent or exclusion.
function waiting.replace(c)
  if STATES[c.state].overlaid then ladder.last(c) end -- with an offer laid over it, too
  if offers.short(c) then records.seek(c) end
  if waiting.stands(c) then
    waiting.unplace(c)
    waiting.place(c)
    records.seek(c)
  elseif STATES[c.state].overlaid and not has(c.offer) then waiting.unwait(c) end -- no S1 any more
end

-- An agent who declined or missed it does not get it back before their cool-down is over (S1 10 s, else 30
-- s).
function waiting.cool(c, agent_id)
  if not has(c.cooling) then c.cooling = {} end
  c.cooling[agent_id] = ctx.now + (c.severity == 1 and ctx.cfg.cool_down_s1 or ctx.cfg.cool_down)
  local first
  for _, at in pairs(c.cooling) do first = math.min(first or at, at) end
  arm('cool', c.id, first)
end

-- Raised to S1, or lowered from it: the cool-down of its new severity counts, from each refusal.
function waiting.recool(c, was)
  if not has(c.cooling) or (was == 1) == (c.severity == 1) then return end
  local longer = (ctx.cfg.cool_down - ctx.cfg.cool_down_s1) * (was == 1 and 1 or -1)
  local first
  for who, at in pairs(c.cooling) do
    at = at + longer
    if at <= ctx.now then c.cooling[who] = nil
    else c.cooling[who], first = at, math.min(first or at, at) end
  end
  if first then arm('cool', c.id, first)
  else
    c.cooling = nil
    disarm('cool', c.id)
  end
end

function waiting.exclude(c, agent_id)
  waiting.cool(c, agent_id)
  if not has(c.passed_over) then c.passed_over = {} end
  c.passed_over[agent_id] = true
  if not has(c.refusals) then c.refusals = {} end
  c.refusals[agent_id] = num(c.refusals[agent_id], 0) + 1
  ctx.kept.refused[c.id] = true
end

-- Until its deadline has fired, as with everything that blocks for a time.
function waiting.cooling(c, agent_id) return has(c.cooling) and has(c.cooling[agent_id]) end

function waiting.passed_over(c, agent_id) return has(c.passed_over) and c.passed_over[agent_id] == true end

-- Sticky holds --------------------------------------------------------------------------------
function waiting.unstick(c)
  if not c.sticky_for then return end
  waiting.unname(c)
  disarm('sticky', c.id)
  waiting.unplace(c)
  c.sticky_for = nil
  touch(c)
  waiting.replace(c)
end

-- Only for somebody who may be offered it: its tier, its ladder or their shift has changed.
function waiting.fits_sticky(c, a)
  local able = listed.names(c, a.id) or agents.satisfies(a.skills, ladder.step(c).needs)
  return able and agents.in_tiers(c, a)
end

function waiting.recheck_sticky(c)
  local a = c.sticky_for and agent(c.sticky_for)
  if a and not waiting.fits_sticky(c, a) then waiting.unstick(c) end
end

-- Called when a wait begins: it is held for the named agent while they can be expected to take it.
local function stick(c)
  local a = agent(c.named)
  local left = ladder.sticky_ms(c) - ladder.time(c)
  if c.severity == 1 or left <= 0 or not a or not agents.on_duty(a) or agents.is_absent(a) then return end
  if has(c.only) and not c.only[a.id] then return end
  if waiting.cooling(c, a.id) or waiting.passed_over(c, a.id) or not waiting.fits_sticky(c, a) then return end
  if c.channel == 'voice' and a.media ~= 'up' then return end
  c.sticky_for = a.id
  waiting.named_of(a.id)[c.id] = true
  arm('sticky', c.id, ctx.now + left)
end

-- A set's ids in order: a step may change the set while walking it.
function waiting.ids_of(set)
  local ids = {}
  for id in pairs(set or {}) do ids[#ids + 1] = id end
  table.sort(ids)
  return ids
end

-- They paused, were lost, or lost their sound: what waits only for them is opened to all.
function waiting.let_go(a, voice_only)
  for _, id in ipairs(waiting.ids_of(ctx.kept.named[a.id])) do
    local c = contact(id)
    if c and c.sticky_for == a.id and not (voice_only and is_text(c)) then waiting.unstick(c) end
  end
end

-- A contact begins to wait: its clocks run, it may be held, and it looks for somebody.
function waiting.begin_wait(c)
  ladder.run(c)
  stick(c)
  waiting.place(c)
  records.seek(c)
end
