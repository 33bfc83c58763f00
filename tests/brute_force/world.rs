//! What an inventory offers to each unit, read from ARCHITECTURE.md alone: hosts, homes, and what closed the others.
//!
//! An inventory and perhaps an earlier plan flow in; lists of homes in plain numbers flow out. Nothing of `rules/` and `solve/` is used.

use std::collections::{BTreeMap, BTreeSet};

use fleetplan::inventory::facts::SupportPhase;
use fleetplan::inventory::{
    CrdPolicy, Edition, HostileHome, Inventory, Kernel, Offer, Pool, Tenant, Trust, Verdict, Workload,
};
use fleetplan::plan::{Action, Plan};
use fleetplan::vocab::tier::{Form, Isolation, Nodes, Tenancy, Tier};
use fleetplan::vocab::version::Minor;

/// CPU, memory, pods, GPUs.
pub type Load = [u64; 4];

/// What is asked of the oracle.
#[derive(Clone, Default)]
pub struct Question<'a> {
    pub from: Option<&'a Plan>,
    pub max_moves: Option<u64>,
    /// Rules that are not asked of a tenant.
    pub lifted: BTreeSet<(String, String)>,
    /// Tenants that are not there; their importance counts all the same.
    pub absent: BTreeSet<String>,
    /// The only site that tenants with sites ask for.
    pub site: Option<String>,
    /// Whether a pair with a tenant that is not there still asks for a shared cluster.
    pub pairs_with_absent: bool,
    /// Whether clusters hold any number of pods, nodes and whatever else they count; shares of their pods stay what they are.
    pub roomy: bool,
}

/// What a host is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Cluster,
    Copy(usize),
    Class(usize),
}

/// A cluster, a copy of an earlier plan, or a shape that can be opened.
pub struct Host<'a> {
    pub kind: Kind,
    pub name: String,
    pub minor: Minor,
    pub tenancy: Tenancy,
    pub offer: &'a Offer,
    pub may_close: bool,
    pub fixed: i64,
    pub change: i64,
    pub limits: [u64; 7],
    pub max_nodes: u64,
    ended: bool,
}

/// One home of one unit.
pub struct Home {
    pub host: usize,
    pub own: i64,
    pub shared: Vec<Load>,
    pub dedicated: Vec<u64>,
    pub private: Vec<u64>,
    pub uses: [u64; 7],
    pub labels: Vec<(&'static str, String, String)>,
    pub moves: bool,
}

/// One unit.
pub struct Unit<'a> {
    pub tenant: &'a Tenant,
    pub site: Option<String>,
    pub most_neighbours: Option<u64>,
    pub homes: Vec<Home>,
}

/// Everything.
pub struct World<'a> {
    pub inventory: &'a Inventory,
    pub hosts: Vec<Host<'a>>,
    pub units: Vec<Unit<'a>>,
    /// Rules that closed a home somewhere.
    pub closed: BTreeSet<&'static str>,
}

/// More than any tiny fleet asks for.
const PLENTY: u64 = 10_000;

const FORMS: [Form; 5] = [
    Form::NamespaceShared,
    Form::NamespaceDedicated,
    Form::VclusterShared,
    Form::VclusterDedicated,
    Form::VclusterPrivate,
];

pub fn part(millionths: u32, whole: u64) -> u64 {
    u64::try_from(u128::from(whole) * u128::from(millionths) / 1_000_000).unwrap()
}

pub fn raw(pool: &Pool) -> Load {
    let (node, taken) = (pool.node.each(), pool.daemonsets.each());
    std::array::from_fn(|r| node[r].saturating_sub(taken[r]))
}

/// The fewest whole nodes that carry a load; nothing where the pool lacks what is asked.
pub fn nodes(inventory: &Inventory, pool: &Pool, load: &Load) -> Option<u64> {
    let (raw, keep) = (raw(pool), 1_000_000 - inventory.policy.headroom.millionths());
    let carries = |count: u64| (0..4).all(|r| load[r] <= count * if r == 3 { raw[r] } else { part(keep, raw[r]) });
    let zones = inventory.policy.survive_zone_loss && pool.zones >= 2;
    let survives = |count: u64| !zones || (0..4).all(|r| load[r] <= count * (pool.zones - 1) / pool.zones * raw[r]);
    // Far above any pool's most nodes in these fleets: what does not fit by then fits never.
    (0..400).find(|count| carries(*count) && survives(*count))
}

fn spread(cost: i64, months: u32) -> i64 {
    (cost + i64::from(months) - 1) / i64::from(months)
}

impl<'a> World<'a> {
    pub fn new(inventory: &'a Inventory, question: &Question<'_>) -> Self {
        let hosts = hosts(inventory, question.from);
        let all: u64 =
            inventory.tenants.iter().map(|tenant| tenant.importance * tenant.unit_sites().len() as u64).sum();
        let cap = part(inventory.policy.max_importance_share.millionths(), all);
        let mut world = Self { inventory, hosts, units: Vec::new(), closed: BTreeSet::new() };
        for host in &mut world.hosts {
            if question.roomy {
                host.limits[..5].fill(PLENTY);
                host.max_nodes = PLENTY;
            }
            if host.tenancy == Tenancy::Shared {
                host.limits[6] = cap;
            }
        }
        for tenant in inventory.tenants.iter().filter(|tenant| !question.absent.contains(tenant.name.as_str())) {
            for site in tenant.unit_sites() {
                let site = site.map(ToString::to_string);
                if question.site.is_some() && site.is_some() && site != question.site {
                    continue;
                }
                let asks = |rule: &str| !question.lifted.contains(&(tenant.name.to_string(), rule.to_owned()));
                let mut unit = Unit {
                    tenant,
                    site,
                    most_neighbours: tenant.max_neighbours.filter(|_| asks("neighbours")),
                    homes: Vec::new(),
                };
                world.fill(&mut unit, question, cap);
                world.units.push(unit);
            }
        }
        world
    }

    fn lifts(&self, question: &Question<'_>, tenant: &Tenant, rule: &str) -> bool {
        question.lifted.contains(&(tenant.name.to_string(), rule.to_owned()))
            || self.inventory.exceptions.iter().any(|exception| {
                exception.tenant == tenant.name
                    && exception.rule == rule
                    && exception.until >= self.inventory.fleet.date
            })
    }

    fn fill(&mut self, unit: &mut Unit<'a>, question: &Question<'_>, cap: u64) {
        let tenant = unit.tenant;
        let today = question.from.and_then(|plan| {
            plan.placements
                .iter()
                .find(|home| home.tenant == tenant.name && home.site.as_ref().map(ToString::to_string) == unit.site)
        });
        for index in 0..self.hosts.len() {
            let forms = if self.hosts[index].tenancy == Tenancy::Shared { &FORMS[..] } else { &[Form::Cluster] };
            for form in forms.iter().copied() {
                let broken: Vec<&'static str> =
                    broken_by_home(self, unit, index, form, cap, today.map(|home| home.cluster.as_str()), question)
                        .into_iter()
                        .filter(|rule| !self.lifts(question, tenant, rule))
                        .collect();
                self.closed.extend(&broken);
                if !broken.is_empty() {
                    continue;
                }
                let mut pools: Vec<Vec<usize>> = vec![Vec::new()];
                for workload in &tenant.workloads {
                    let mut open = Vec::new();
                    for (number, pool) in self.hosts[index].offer.pools.iter().enumerate() {
                        let broken: Vec<&'static str> = broken_by_pool(self.inventory, tenant, form, workload, pool)
                            .into_iter()
                            .filter(|rule| !self.lifts(question, tenant, rule))
                            .collect();
                        self.closed.extend(&broken);
                        if broken.is_empty() {
                            open.push(number);
                        }
                    }
                    let longer = |before: &Vec<usize>, pool: usize| before.iter().copied().chain([pool]).collect();
                    pools =
                        pools.iter().flat_map(|before| open.iter().map(move |pool| longer(before, *pool))).collect();
                }
                let stays = today.is_some_and(|home| {
                    home.form() == Some(form)
                        && home.cluster.as_str() == self.hosts[index].name
                        && !matches!(self.hosts[index].kind, Kind::Class(_))
                });
                let idle = self.lifts(question, tenant, "capacity");
                for pools in pools {
                    unit.homes.extend(home(
                        self,
                        tenant,
                        index,
                        form,
                        &pools,
                        today.is_some() && !stays,
                        idle,
                        question,
                    ));
                }
            }
        }
    }
}

fn hosts<'a>(inventory: &'a Inventory, from: Option<&Plan>) -> Vec<Host<'a>> {
    let policy = &inventory.policy;
    let host = |kind, name: String, minor, tenancy, offer: &'a Offer, may_close| {
        let phase = inventory.facts.support(offer.provider, minor, inventory.fleet.date);
        let extended = inventory.facts.extended_price[&offer.provider].0;
        let once = if matches!(kind, Kind::Class(_)) { policy.once.open.0 } else { policy.once.close.0 };
        let limits = &offer.limits;
        let tenants = if tenancy == Tenancy::Dedicated { limits.tenants.min(1) } else { limits.tenants };
        Host {
            kind,
            name,
            minor,
            tenancy,
            offer,
            may_close,
            fixed: offer.control_plane.price.0
                + if phase == SupportPhase::Standard { 0 } else { extended }
                + policy.toil.cluster.0,
            change: spread(once, policy.payback_months),
            limits: [
                limits.pods,
                limits.pod_addresses,
                limits.namespaces,
                limits.services,
                limits.load_balancers,
                tenants,
                u64::MAX,
            ],
            max_nodes: limits.nodes,
            ended: phase == SupportPhase::Ended,
        }
    };
    let mut all: Vec<Host<'a>> = inventory
        .clusters
        .iter()
        .map(|c| host(Kind::Cluster, c.name.to_string(), c.kubernetes, c.tenancy, &c.offer, c.may_close))
        .collect();
    for planned in from.map_or(&[][..], |plan| &plan.clusters) {
        let class = inventory.classes.iter().position(|class| planned.class.as_ref() == Some(&class.name));
        let known = inventory.clusters.iter().any(|cluster| cluster.name == planned.name);
        if let (Some(class), false, Action::Open | Action::Keep) = (class, known, planned.action) {
            let offer = &inventory.classes[class].offer;
            let name = planned.name.to_string();
            all.push(host(Kind::Copy(class), name, planned.kubernetes, planned.tenancy, offer, true));
        }
    }
    for (number, class) in inventory.classes.iter().enumerate() {
        for tenancy in &class.tenancy {
            for minor in &class.kubernetes {
                all.push(host(Kind::Class(number), class.name.to_string(), *minor, *tenancy, &class.offer, true));
            }
        }
    }
    all
}

/// The rules that this host and form break, pools aside.
fn broken_by_home(
    world: &World<'_>,
    unit: &Unit<'_>,
    host: usize,
    form: Form,
    cap: u64,
    today: Option<&str>,
    question: &Question<'_>,
) -> Vec<&'static str> {
    let (inventory, tenant, host) = (world.inventory, unit.tenant, &world.hosts[host]);
    let (policy, offer) = (&inventory.policy, host.offer);
    let residency = offer.residency.to_string();
    let mut broken = Vec::new();
    let mut unless = |fine: bool, rule: &'static str| {
        if !fine {
            broken.push(rule);
        }
    };
    let at_site = unit.site.as_ref().is_none_or(|site| *site == residency);
    unless(at_site && (tenant.residency.is_empty() || tenant.residency.contains(&offer.residency)), "residency");
    unless(
        if form.is_vcluster() {
            inventory.vcluster.minors.iter().any(|minor| {
                let listed = || {
                    let mut lines = inventory.facts.pairs.iter().rev();
                    let line = lines.find(|line| line.host.holds(host.minor) && line.tenant.holds(*minor));
                    match line.map(|line| line.verdict) {
                        Some(Verdict::Tested | Verdict::Likely) => true,
                        Some(Verdict::Broken) => false,
                        Some(Verdict::Unlisted) | None => inventory.vcluster.allow_unlisted_pairs,
                    }
                };
                tenant.kubernetes.holds(*minor) && (form == Form::VclusterPrivate || listed())
            })
        } else {
            tenant.kubernetes.holds(host.minor)
        },
        "version",
    );
    unless(tenant.disruption.is_none_or(|most| offer.control_plane.disruption <= most), "disruption");
    for name in &tenant.regulation {
        let regime = inventory.regulations.iter().find(|regime| regime.name == *name).unwrap();
        unless(
            form.tier() >= regime.tier
                && form.isolation() >= regime.nodes
                && regime.attestation.as_ref().is_none_or(|asked| offer.attestations.contains(asked))
                && (regime.residency.is_empty() || regime.residency.contains(&offer.residency))
                && (offer.audit_log || !regime.audit_log)
                && (offer.secrets_encryption || !regime.secrets_encryption),
            "regulation",
        );
    }
    unless(
        match tenant.trust {
            Trust::Soft => true,
            Trust::Hardened => form.isolation() >= Isolation::Dedicated && offer.audit_log && offer.secrets_encryption,
            Trust::Hostile if form.tier() == Tier::Namespace => false,
            Trust::Hostile => form != Form::Cluster || policy.hostile.contains(&HostileHome::Cluster),
        },
        "trust",
    );
    unless(form.isolation() >= tenant.isolation, "isolation");
    unless(form.tier() != Tier::Namespace || tenant.crds.is_empty() || policy.crds == CrdPolicy::Tenants, "crds");
    unless(form == Form::Cluster || tenant.importance <= cap, "blast-radius");
    unless(!host.ended || (today == Some(host.name.as_str()) && !matches!(host.kind, Kind::Class(_))), "support");
    let private = inventory.vcluster.edition != Edition::Oss && inventory.vcluster.chart.minor >= 26;
    unless(
        (form != Form::VclusterPrivate || private) && (!form.is_vcluster() || offer.platform_pool.is_some()),
        "edition",
    );
    let pairs = || {
        inventory
            .tenants
            .iter()
            .filter(|other| question.pairs_with_absent || !question.absent.contains(other.name.as_str()))
            .any(|other| {
                other.name != tenant.name && (other.near.contains(&tenant.name) || tenant.near.contains(&other.name))
            })
    };
    unless(form != Form::Cluster || !pairs(), "near");
    if let Some(pin) = inventory
        .pins
        .iter()
        .find(|pin| pin.tenant == tenant.name && pin.until.is_none_or(|until| until >= inventory.fleet.date))
    {
        let there = pin.cluster.as_ref().is_none_or(|name| {
            let cluster = inventory.clusters.iter().find(|cluster| cluster.name == *name).unwrap();
            let binds = unit.site.as_ref().is_none_or(|site| *site == cluster.offer.residency.to_string());
            !binds || (host.kind == Kind::Cluster && host.name == name.as_str())
        });
        let tier = pin.tier.is_none_or(|tier| tier == form.tier());
        unless(there && tier && pin.nodes.is_none_or(|nodes| form.nodes() == Some(nodes)), "pin");
    }
    if !matches!(form, Form::VclusterPrivate | Form::Cluster) {
        let most = |r: usize| offer.pools.iter().map(|pool| raw(pool)[r] * pool.max).sum::<u64>();
        let share = policy.max_tenant_share.millionths();
        let asked = tenant.workloads.iter().map(|workload| planned(inventory, tenant, workload)).fold([0; 4], add);
        unless(
            asked[0] <= part(share, most(0))
                && asked[1] <= part(share, most(1))
                && asked[2] <= part(share, offer.limits.pods),
            "scale",
        );
    }
    broken
}

/// The rules that this pool breaks for a workload.
fn broken_by_pool(
    inventory: &Inventory,
    tenant: &Tenant,
    form: Form,
    workload: &Workload,
    pool: &Pool,
) -> Vec<&'static str> {
    let Kernel { os, arch, version, modules, realtime, gpu, runtime } = &workload.kernel;
    let (policy, load) = (&inventory.policy, planned(inventory, tenant, workload));
    let mut broken = Vec::new();
    let mut unless = |fine: bool, rule: &'static str| {
        if !fine {
            broken.push(rule);
        }
    };
    unless(
        *os == pool.os
            && arch.as_ref().is_none_or(|arch| *arch == pool.arch)
            && *version <= pool.kernel
            && modules.iter().all(|module| pool.modules.contains(module))
            && (!realtime || pool.realtime)
            && (load[3] > 0) == (pool.node.gpu > 0)
            && (load[3] == 0 || gpu.is_none() || *gpu == pool.gpu)
            && runtime.is_none_or(|runtime| runtime == pool.runtime)
            && (form != Form::VclusterPrivate || pool.private),
        "kernel",
    );
    let sandbox = pool.runtime.is_sandbox();
    unless(
        match tenant.trust {
            Trust::Hostile if form.is_vcluster() => {
                (sandbox && policy.hostile.contains(&HostileHome::VclusterSandboxed))
                    || (form == Form::VclusterPrivate && policy.hostile.contains(&HostileHome::VclusterPrivate))
            }
            Trust::Hostile => true,
            Trust::Soft | Trust::Hardened => {
                let asked = *runtime == Some(pool.runtime);
                !(sandbox && form.nodes() == Some(Nodes::Shared)) || (policy.share_sandboxes && asked)
            }
        },
        "trust",
    );
    let chart = inventory.vcluster.chart.minor;
    unless(!(sandbox && form.is_vcluster() && (20..23).contains(&chart)), "edition");
    let pod = workload.largest_pod.map(|pod| pod.each()).unwrap_or_default();
    let one = (0..4).all(|r| pod[r] <= raw(pool)[r]);
    unless(one && nodes(inventory, pool, &load).is_some_and(|nodes| nodes <= pool.max), "capacity");
    broken
}

pub fn add(a: Load, b: Load) -> Load {
    std::array::from_fn(|r| a[r] + b[r])
}

fn grown(inventory: &Inventory, tenant: &Tenant, amount: u64) -> u64 {
    let factor = u128::try_from(1_000_000 + tenant.growth.millionths()).unwrap();
    let quarters = inventory.policy.horizon_quarters;
    let over = 1_000_000_u128.pow(quarters);
    u64::try_from((u128::from(amount) * factor.pow(quarters)).div_ceil(over)).unwrap()
}

fn planned(inventory: &Inventory, tenant: &Tenant, workload: &Workload) -> Load {
    let [cpu, memory, pods, gpu] = workload.today.resources.each();
    let grow = |amount| grown(inventory, tenant, amount);
    [grow(cpu), grow(memory), grow(pods), gpu]
}

/// Nodes of a cluster in which a tenant lives alone; nothing where a pool has not so many.
fn nodes_alone(inventory: &Inventory, tenant: &Tenant, offer: &Offer, form: Form, loads: &[Load]) -> Option<u64> {
    let facts = &inventory.facts;
    let plane = if tenant.high_availability { &facts.production } else { &facts.small };
    let mut all = 0;
    for (number, pool) in offer.pools.iter().enumerate() {
        let carries_it = form.is_vcluster() && offer.platform_pool == Some(number);
        let plane = if carries_it { plane.resources.each() } else { [0; 4] };
        let load = loads[number];
        let of = |load: Load| nodes(inventory, pool, &load).filter(|count| *count <= pool.max);
        let here = match form.nodes() {
            Some(Nodes::Shared) => of(add(load, plane))?,
            Some(Nodes::Dedicated) | None => of(load)? + of(plane)?,
            Some(Nodes::Private) => of(load).and(of(plane))?,
        };
        if here > pool.max {
            return None;
        }
        all += here.max(pool.min);
    }
    Some(all)
}

/// The home in numbers; nothing where its own nodes are more than a pool has. An `idle` tenant asks for no nodes, except where those that it fits are too
/// many for the cluster; what a cluster counts of it, it still takes.
#[expect(clippy::too_many_arguments, reason = "all that a home depends on")]
fn home(
    world: &World<'_>,
    tenant: &Tenant,
    index: usize,
    form: Form,
    pools: &[usize],
    moves: bool,
    idle: bool,
    question: &Question<'_>,
) -> Option<Home> {
    let (inventory, host) = (world.inventory, &world.hosts[index]);
    let (policy, offer) = (&inventory.policy, host.offer);
    let count = offer.pools.len();
    let mut loads = vec![[0; 4]; count];
    let (mut storage, mut balancers, mut services) = (0, 0, 0);
    for (workload, pool) in tenant.workloads.iter().zip(pools) {
        loads[*pool] = add(loads[*pool], planned(inventory, tenant, workload));
        storage += grown(inventory, tenant, workload.today.storage);
        balancers += workload.today.load_balancers;
        services += workload.today.services;
    }
    let pods: u64 = loads.iter().map(|load| load[2]).sum();
    if idle {
        if nodes_alone(inventory, tenant, offer, form, &loads).is_some_and(|nodes| nodes > host.max_nodes) {
            return None;
        }
        loads.fill([0; 4]);
    }
    let whole = || -> Option<Vec<u64>> {
        (0..count).map(|p| nodes(inventory, &offer.pools[p], &loads[p]).filter(|n| *n <= offer.pools[p].max)).collect()
    };
    let (mut shared, mut dedicated, mut private) = (vec![[0; 4]; count], vec![0; count], vec![0; count]);
    match form.nodes() {
        Some(Nodes::Shared) => shared.clone_from(&loads),
        Some(Nodes::Dedicated) | None => dedicated = whole()?,
        Some(Nodes::Private) => private = whole()?,
    }
    let outside = form == Form::VclusterPrivate;
    let on_host = |amount: u64| if outside { 0 } else { amount };
    let mut own = (0..count).map(|p| offer.pools[p].price.0 * private[p] as i64).sum::<i64>();
    let mut uses = [
        on_host(pods),
        on_host(pods),
        tenant.namespaces,
        on_host(services),
        on_host(balancers),
        1,
        if host.tenancy == Tenancy::Shared { tenant.importance } else { 0 },
    ];
    match form.tier() {
        Tier::Namespace => own += policy.toil.namespace.0 * tenant.namespaces as i64,
        Tier::Cluster => {}
        Tier::Vcluster => {
            let facts = &inventory.facts;
            let plane = if tenant.high_availability { facts.production } else { facts.small };
            let platform = offer.platform_pool?;
            if !idle {
                shared[platform] = add(shared[platform], plane.resources.each());
            }
            storage += plane.storage;
            uses[0] += plane.resources.pods;
            uses[1] += plane.resources.pods;
            uses[2] = 1;
            uses[3] += plane.services;
            own += policy.toil.vcluster.0 + inventory.vcluster.price.0;
        }
    }
    own += offer.prices.storage.0 * storage as i64 + offer.prices.load_balancer.0 * balancers as i64;
    if moves {
        own += spread(policy.once.moving.0, policy.payback_months);
    }
    let labels = if host.tenancy == Tenancy::Shared { labels(inventory, tenant, form, question) } else { Vec::new() };
    Some(Home { host: index, own, shared, dedicated, private, uses, labels, moves })
}

/// What a shared cluster holds one value of, for this tenant in this form.
fn labels(
    inventory: &Inventory,
    tenant: &Tenant,
    form: Form,
    question: &Question<'_>,
) -> Vec<(&'static str, String, String)> {
    let mut labels = Vec::new();
    if inventory.policy.separate_environments {
        labels.push(("environments", String::new(), tenant.environment.is_production().to_string()));
    }
    for regime in inventory.regulations.iter().filter(|regime| regime.same_regime_neighbours) {
        let inside = tenant.regulation.contains(&regime.name);
        labels.push(("neighbours", regime.name.to_string(), inside.to_string()));
    }
    if form.tier() == Tier::Namespace {
        let mut definitions = BTreeMap::new();
        definitions.extend(tenant.crds.iter().map(|crd| (crd.name.clone(), crd.version.clone())));
        labels.extend(definitions.into_iter().map(|(name, version)| ("crd-versions", name, version)));
    }
    labels.retain(|(rule, ..)| !question.lifted.contains(&(tenant.name.to_string(), (*rule).to_owned())));
    labels
}
