//! The rival: the mixed-integer program that a user would write otherwise. One binary per tenant, tier and cluster, clusters that may be opened
//! numbered one by one, through good_lp on HiGHS. It asks the same rules, and the same independent check says what its plan costs.

pub use program::decide;

#[cfg(not(feature = "highs"))]
mod program {
    use fleetplan::inventory::Inventory;
    use fleetplan::plan::Plan;

    use super::super::row::Run;

    /// Says why there is no plan.
    pub fn decide(_inventory: &Inventory, _today: Option<&Plan>, _seconds: f64) -> (Run, Option<Plan>) {
        (Run::none("needs `--features highs`", 0.0), None)
    }
}

#[cfg(feature = "highs")]
mod program {
    use std::collections::{BTreeMap, HashMap};
    use std::time::Instant;

    use fleetplan::inventory::{Inventory, Pool};
    use fleetplan::plan::{
        Action, FORMAT_VERSION, MoneyByKind, PlacedWorkload, Placement, Plan, PlannedCluster, PlannedPool, Proof,
        Status,
    };
    use fleetplan::rules::setting::{nodes_for, usable};
    use fleetplan::rules::{Case, Host, Origin, RULES, Setting};
    use fleetplan::vocab::money::Money;
    use fleetplan::vocab::resources::Resources;
    use fleetplan::vocab::tier::{Form, Tenancy};
    use good_lp::{
        Expression, ProblemVariables, Solution as _, SolutionStatus, SolverModel as _, Variable, WithTimeLimit as _,
        variable,
    };

    use super::super::row::Run;

    /// A program with more binaries is not handed to the backend: it would fill the memory before it began.
    const MOST_BINARIES: usize = 1_500_000;

    /// A cluster that exists or may be opened.
    struct Slot {
        host: usize,
        /// Its number where it may be opened.
        copy: Option<usize>,
        open: Option<Variable>,
    }

    struct Candidate {
        unit: usize,
        slot: usize,
        form: Form,
        pool: usize,
        nodes: u64,
        chosen: Variable,
    }

    fn float(number: u64) -> f64 {
        number as f64
    }

    fn money(amount: Money) -> f64 {
        amount.0 as f64 / 1e6
    }

    fn forms(tenancy: Tenancy) -> &'static [Form] {
        match tenancy {
            Tenancy::Shared => &Form::ALL[..5],
            Tenancy::Dedicated => &Form::ALL[5..],
        }
    }

    /// Forms and pools that rules leave a unit in a host, each with the nodes of its own.
    fn open(setting: &Setting<'_>, unit: usize, host: &Host<'_>) -> Vec<(Form, usize, u64)> {
        let unit = &setting.units[unit];
        let workload = &unit.tenant.workloads[0];
        let mut all = Vec::new();
        for form in forms(host.tenancy) {
            let case = Case { setting, unit, host, form: *form };
            if !RULES.iter().all(|rule| rule.allows_home(&case)) {
                continue;
            }
            for (index, pool) in host.offer().pools.iter().enumerate() {
                if RULES.iter().all(|rule| rule.allows_pool(&case, workload, pool)) {
                    let nodes = nodes_for(setting.inventory, pool, &workload.planned.resources);
                    all.extend(nodes.filter(|nodes| *nodes <= pool.max).map(|nodes| (*form, index, nodes)));
                }
            }
        }
        all
    }

    /// Decides within `seconds`, building the program included.
    pub fn decide(inventory: &Inventory, today: Option<&Plan>, seconds: f64) -> (Run, Option<Plan>) {
        let began = Instant::now();
        let setting = Setting::new(inventory, today);
        let mut variables = ProblemVariables::new();
        let mut slots: Vec<Slot> = Vec::new();
        let mut of_host: Vec<Vec<usize>> = vec![Vec::new(); setting.hosts.len()];
        for (index, host) in setting.hosts.iter().enumerate() {
            let copies = match host.origin {
                Origin::Cluster(_) | Origin::Copy(_) => 1,
                // As many as could be of use.
                Origin::Class(class) => {
                    usize::try_from(class.open_at_most).unwrap_or(1).min(2 + setting.units.len() / 25)
                }
            };
            for copy in 0..copies {
                let may_close = match host.origin {
                    Origin::Cluster(cluster) => cluster.may_close,
                    Origin::Copy(_) | Origin::Class(_) => true,
                };
                let open = may_close.then(|| variables.add(variable().binary()));
                of_host[index].push(slots.len());
                slots.push(Slot { host: index, copy: host.is_class().then_some(copy), open });
            }
        }
        let mut candidates: Vec<Candidate> = Vec::new();
        for unit in 0..setting.units.len() {
            for (index, host) in setting.hosts.iter().enumerate() {
                for (form, pool, nodes) in open(&setting, unit, host) {
                    for slot in &of_host[index] {
                        let chosen = variables.add(variable().binary());
                        candidates.push(Candidate { unit, slot: *slot, form, pool, nodes, chosen });
                    }
                }
            }
            if candidates.len() > MOST_BINARIES {
                let why = format!("more than {MOST_BINARIES} binaries after {unit} of {} tenants", setting.units.len());
                return (Run::none(why, began.elapsed().as_secs_f64()), None);
            }
        }
        let (cost, rows) = lay(&setting, &slots, &candidates, &mut variables);
        let left = (seconds - began.elapsed().as_secs_f64()).max(1.0);
        let mut model = variables.minimise(cost).using(good_lp::highs).with_time_limit(left);
        for row in rows {
            model.add_constraint(row);
        }
        let solved = model.solve();
        let took = began.elapsed().as_secs_f64();
        match solved {
            Err(fault) => (Run::none(format!("no plan: {fault}"), took), None),
            Ok(solution) => {
                let chosen: Vec<&Candidate> =
                    candidates.iter().filter(|candidate| solution.value(candidate.chosen) > 0.5).collect();
                if chosen.len() != setting.units.len() {
                    return (Run::none("no plan within the time", took), None);
                }
                let optimal = matches!(solution.status(), SolutionStatus::Optimal);
                let status = if optimal { "claims optimal" } else { "feasible" };
                let is_open = |slot: &Slot| slot.open.is_none_or(|open| solution.value(open) > 0.5);
                let plan = plan(&setting, today, &slots, &chosen, &is_open);
                (Run { status: status.to_owned(), seconds: took, ..Run::default() }, Some(plan))
            }
        }
    }

    /// Objective and constraints.
    fn lay(
        setting: &Setting<'_>,
        slots: &[Slot],
        candidates: &[Candidate],
        variables: &mut ProblemVariables,
    ) -> (Expression, Vec<good_lp::Constraint>) {
        let policy = &setting.inventory.policy;
        let mut cost = Expression::from(0.0);
        let mut rows = Vec::new();
        let mut assigned = vec![Expression::from(0.0); setting.units.len()];
        let mut here: Vec<Vec<usize>> = vec![Vec::new(); slots.len()];
        for (index, candidate) in candidates.iter().enumerate() {
            here[candidate.slot].push(index);
            assigned[candidate.unit] += candidate.chosen;
            cost += own(setting, &slots[candidate.slot], candidate) * candidate.chosen;
        }
        rows.extend(assigned.into_iter().map(|sum| sum.eq(1.0)));
        let mut of_class: BTreeMap<&str, (f64, Expression)> = BTreeMap::new();
        for (slot, here) in slots.iter().zip(&here) {
            let host = &setting.hosts[slot.host];
            let open = slot.open.map_or(Expression::from(1.0), Expression::from);
            let fixed = money(host.offer().control_plane.price) + money(policy.toil.cluster);
            cost += fixed * open.clone();
            match host.origin {
                Origin::Class(class) => {
                    cost += money(policy.once.open.spread_over(policy.payback_months)) * open.clone();
                    let limit = of_class
                        .entry(class.name.as_str())
                        .or_insert_with(|| (f64::from(class.open_at_most), Expression::from(0.0)));
                    limit.1 += open.clone();
                }
                Origin::Cluster(_) | Origin::Copy(_) => {
                    cost += money(policy.once.close.spread_over(policy.payback_months)) * (1.0 - open.clone());
                }
            }
            for index in here {
                rows.push((Expression::from(candidates[*index].chosen) - open.clone()).leq(0.0));
            }
            for (index, pool) in host.offer().pools.iter().enumerate() {
                lay_pool(setting, host, index, pool, &open, here, candidates, variables, &mut cost, &mut rows);
            }
            lay_limits(setting, host, &open, here, candidates, variables, &mut rows);
        }
        rows.extend(of_class.into_values().map(|(limit, sum)| sum.leq(limit)));
        (cost, rows)
    }

    /// What a home costs by itself: toil, a move, private nodes.
    fn own(setting: &Setting<'_>, slot: &Slot, candidate: &Candidate) -> f64 {
        let (unit, host) = (&setting.units[candidate.unit], &setting.hosts[slot.host]);
        let policy = &setting.inventory.policy;
        let mut own = match candidate.form {
            Form::Cluster => Money::ZERO,
            Form::NamespaceShared | Form::NamespaceDedicated => policy.toil.namespace * unit.tenant.namespaces,
            Form::VclusterShared | Form::VclusterDedicated | Form::VclusterPrivate => policy.toil.vcluster,
        };
        let stays = |today: &fleetplan::rules::Today| {
            today.form == candidate.form && today.cluster.as_str() == host.name && !host.is_class()
        };
        if unit.today.as_ref().is_some_and(|today| !stays(today)) {
            own += policy.once.moving.spread_over(policy.payback_months);
        }
        if candidate.form == Form::VclusterPrivate {
            own += host.offer().pools[candidate.pool].price * candidate.nodes;
        }
        money(own)
    }

    /// Shared load of a candidate on a pool.
    fn load(setting: &Setting<'_>, host: &Host<'_>, candidate: &Candidate, pool: usize) -> Resources {
        let tenant = setting.units[candidate.unit].tenant;
        let mut load = Resources::ZERO;
        if matches!(candidate.form, Form::NamespaceShared | Form::VclusterShared) && candidate.pool == pool {
            load += tenant.workloads[0].planned.resources;
        }
        if candidate.form.is_vcluster() && host.offer().platform_pool == Some(pool) {
            load += setting.inventory.facts.overhead(tenant.high_availability).resources;
        }
        load
    }

    #[expect(clippy::too_many_arguments, reason = "a program is laid out row by row")]
    fn lay_pool(
        setting: &Setting<'_>,
        host: &Host<'_>,
        index: usize,
        pool: &Pool,
        open: &Expression,
        here: &[usize],
        candidates: &[Candidate],
        variables: &mut ProblemVariables,
        cost: &mut Expression,
        rows: &mut Vec<good_lp::Constraint>,
    ) {
        let usable = usable(setting.inventory, pool).each();
        let most = float(pool.max);
        let mut loads: [Expression; 4] = std::array::from_fn(|_| Expression::from(0.0));
        let (mut dedicated, mut private) = (Expression::from(0.0), Expression::from(0.0));
        for candidate in here.iter().map(|at| &candidates[*at]) {
            for (row, amount) in loads.iter_mut().zip(load(setting, host, candidate, index).each()) {
                if amount > 0 {
                    *row += float(amount) * candidate.chosen;
                }
            }
            if candidate.pool == index {
                match candidate.form {
                    Form::NamespaceDedicated | Form::VclusterDedicated | Form::Cluster => {
                        dedicated += float(candidate.nodes) * candidate.chosen;
                    }
                    Form::VclusterPrivate => private += float(candidate.nodes) * candidate.chosen,
                    Form::NamespaceShared | Form::VclusterShared => {}
                }
            }
        }
        let shared = variables.add(variable().integer().min(0).max(most));
        let nodes = variables.add(variable().integer().min(0).max(most));
        for (load, usable) in loads.into_iter().zip(usable) {
            if usable > 0 {
                rows.push((load / float(usable) - shared).leq(0.0));
            }
        }
        rows.push((dedicated + shared - nodes).leq(0.0));
        rows.push((Expression::from(nodes) - most * open.clone()).leq(0.0));
        rows.push((float(pool.min) * open.clone() - nodes).leq(0.0));
        rows.push(private.leq(most));
        *cost += money(pool.price) * nodes;
    }

    /// Pods, importance, one tenant in a cluster of its own, definitions, regimes and apart pairs.
    fn lay_limits(
        setting: &Setting<'_>,
        host: &Host<'_>,
        open: &Expression,
        here: &[usize],
        candidates: &[Candidate],
        variables: &mut ProblemVariables,
        rows: &mut Vec<good_lp::Constraint>,
    ) {
        let (mut pods, mut importance, mut all) = (Expression::from(0.0), Expression::from(0.0), Expression::from(0.0));
        let mut of_unit: HashMap<usize, Expression> = HashMap::new();
        let mut values: BTreeMap<String, BTreeMap<String, Vec<Variable>>> = BTreeMap::new();
        for candidate in here.iter().map(|at| &candidates[*at]) {
            let tenant = setting.units[candidate.unit].tenant;
            let mut count = 0;
            if candidate.form != Form::VclusterPrivate {
                count += tenant.workloads[0].planned.resources.pods;
            }
            if candidate.form.is_vcluster() {
                count += setting.inventory.facts.overhead(tenant.high_availability).resources.pods;
            }
            pods += float(count) * candidate.chosen;
            importance += float(tenant.importance) * candidate.chosen;
            all += candidate.chosen;
            *of_unit.entry(candidate.unit).or_default() += candidate.chosen;
            let mut holds = |dimension: String, value: String| {
                values.entry(dimension).or_default().entry(value).or_default().push(candidate.chosen);
            };
            if matches!(candidate.form, Form::NamespaceShared | Form::NamespaceDedicated) {
                for crd in &tenant.crds {
                    let text = crd.to_string();
                    let (name, version) = text.split_once('/').unwrap_or((&text, ""));
                    holds(name.to_owned(), version.to_owned());
                }
            }
            for regime in setting.inventory.regulations.iter().filter(|regime| regime.same_regime_neighbours) {
                holds(format!("regime {}", regime.name), tenant.regulation.contains(&regime.name).to_string());
            }
        }
        rows.push(pods.leq(float(host.offer().limits.pods) * open.clone()));
        if host.tenancy == Tenancy::Dedicated {
            rows.push(all.leq(1.0));
            return;
        }
        rows.push(importance.leq(float(setting.importance_cap)));
        for values in values.into_values().filter(|values| values.len() > 1) {
            let mut sum = Expression::from(0.0);
            for chosen in values.into_values() {
                let held = variables.add(variable().binary());
                sum += held;
                rows.extend(chosen.into_iter().map(|chosen| (Expression::from(chosen) - held).leq(0.0)));
            }
            rows.push(sum.leq(1.0));
        }
        for (unit, sum) in &of_unit {
            for other in &setting.units[*unit].tenant.apart {
                let met = setting.units.iter().position(|unit| unit.tenant.name == *other);
                if let Some(both) = met.and_then(|met| of_unit.get(&met)) {
                    rows.push((sum.clone() + both.clone()).leq(1.0));
                }
            }
        }
    }

    /// What was chosen as a plan. Its money is left to the independent check.
    fn plan(
        setting: &Setting<'_>,
        today: Option<&Plan>,
        slots: &[Slot],
        chosen: &[&Candidate],
        is_open: &dyn Fn(&Slot) -> bool,
    ) -> Plan {
        let inventory = setting.inventory;
        let used = |slot: usize| chosen.iter().any(|candidate| candidate.slot == slot);
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut clusters = Vec::new();
        let mut names = vec![String::new(); slots.len()];
        for (index, slot) in slots.iter().enumerate() {
            let host = &setting.hosts[slot.host];
            if slot.copy.is_some() && !used(index) {
                continue;
            }
            names[index] = if slot.copy.is_some() {
                let number = counts.entry(host.name.as_str()).or_default();
                *number += 1;
                format!("{}-{number}", host.name)
            } else {
                host.name.clone()
            };
            let (region, class, action) = match host.origin {
                Origin::Cluster(cluster) => (cluster.region.clone(), None, Action::Keep),
                Origin::Copy(class) => (class.regions[0].clone(), Some(class.name.clone()), Action::Keep),
                Origin::Class(class) => (class.regions[0].clone(), Some(class.name.clone()), Action::Open),
            };
            let action = if !used(index) && !is_open(slot) { Action::Close } else { action };
            let here: Vec<&&Candidate> = chosen.iter().filter(|candidate| candidate.slot == index).collect();
            let pools = host.offer().pools.iter().enumerate().map(|(at, pool)| {
                let load: Resources = here.iter().map(|candidate| load(setting, host, candidate, at)).sum();
                let shared = nodes_for(inventory, pool, &load).unwrap_or(0);
                let of = |private: bool| -> u64 {
                    let own = here.iter().filter(|candidate| {
                        candidate.pool == at && (candidate.form == Form::VclusterPrivate) == private
                    });
                    own.filter(|candidate| !matches!(candidate.form, Form::NamespaceShared | Form::VclusterShared))
                        .map(|candidate| candidate.nodes)
                        .sum()
                };
                let (dedicated, private) = (of(false), of(true));
                let nodes = (shared + dedicated).max(pool.min);
                PlannedPool { pool: pool.name.clone(), nodes, shared, dedicated, private }
            });
            clusters.push(PlannedCluster {
                name: names[index].parse().expect("made of names"),
                class,
                kubernetes: host.kubernetes,
                region,
                tenancy: host.tenancy,
                action,
                pools: if action == Action::Close { Vec::new() } else { pools.collect() },
                monthly: Money::ZERO,
            });
        }
        clusters.sort_by(|a, b| a.name.cmp(&b.name));
        let mut placements: Vec<Placement> = chosen
            .iter()
            .map(|candidate| {
                let (tenant, host) = (setting.units[candidate.unit].tenant, &setting.hosts[slots[candidate.slot].host]);
                let private = candidate.form == Form::VclusterPrivate;
                let (facts, policy) = (&inventory.facts, &inventory.vcluster);
                let minor = facts.vcluster_minor(policy, tenant.kubernetes, host.kubernetes, private);
                let shared = matches!(candidate.form, Form::NamespaceShared | Form::VclusterShared);
                Placement {
                    tenant: tenant.name.clone(),
                    site: None,
                    tier: candidate.form.tier(),
                    nodes: candidate.form.nodes(),
                    cluster: names[candidate.slot].parse().expect("made of names"),
                    kubernetes: if candidate.form.is_vcluster() { minor } else { None },
                    pools: vec![PlacedWorkload {
                        workload: tenant.workloads[0].name.clone(),
                        pool: host.offer().pools[candidate.pool].name.clone(),
                        nodes: if shared { 0 } else { candidate.nodes },
                    }],
                    monthly: Money::ZERO,
                    rule: "money".to_owned(),
                    reason: "the rival's choice".to_owned(),
                }
            })
            .collect();
        placements.sort_by(|a, b| a.tenant.cmp(&b.tenant));
        Plan {
            format_version: FORMAT_VERSION,
            fleet: inventory.fleet.name.clone(),
            date: inventory.fleet.date,
            currency: inventory.fleet.currency.clone(),
            fingerprint: inventory.fingerprint(),
            from: today.map(Plan::fingerprint),
            proof: Proof {
                status: Status::Feasible,
                objective: Money::ZERO,
                bound: Money::ZERO,
                by: "the rival".to_owned(),
                claim: None,
                limited: false,
            },
            money: MoneyByKind::default(),
            placements,
            max_moves: None,
            unplaced: Vec::new(),
            clusters,
            moves: Vec::new(),
        }
    }
}
