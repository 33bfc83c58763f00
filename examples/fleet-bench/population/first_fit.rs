//! Where tenants live today: first fit over the clusters that there are, a new one where none fits.
//!
//! Sloppily, in the order of arrival: 85 % live somewhere; a cluster that would fit refuses one in four, and is called full at four fifths.
//! Well, for a settled fleet: everybody, the largest of each pool first, and nobody is refused. Either way every rule is kept.

use std::collections::{BTreeMap, HashSet};

use super::Kind;
use super::dice::Dice;
use super::offers::{CLUSTER_PODS, MINORS, Make, REGIONS, SHAPES, USABLE_PERCENT};
use super::tenants::{Tenant, Trust, percent, weighted};

/// A cluster that exists.
pub struct Host {
    pub name: String,
    pub region: &'static str,
    /// Index into [`MINORS`].
    pub minor: usize,
    pub make: Make,
    /// Shared load of each pool: CPU, memory, pods, GPUs.
    shared: [[u64; 4]; 5],
    /// Nodes of single tenants in each pool.
    own: [u64; 5],
    /// Private nodes of each pool.
    private: [u64; 5],
    pods: u64,
    importance: u64,
    /// Whether its tenants fall under PCI.
    pci: bool,
    members: HashSet<usize>,
    crds: BTreeMap<usize, usize>,
}

/// How a tenant lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Shared,
    Dedicated,
    /// A vcluster with private nodes.
    Private,
    Own,
}

/// One tenant's home.
pub struct Home {
    pub tenant: usize,
    pub host: usize,
    pub form: Form,
    pub pool: usize,
    /// Its own nodes.
    pub nodes: u64,
}

/// Who lives where.
pub struct Today {
    pub hosts: Vec<Host>,
    pub homes: Vec<Home>,
}

/// What a vcluster's highly available control plane asks of the first pool.
const CONTROL_PLANE: [u64; 4] = [3_100, 6_722, 8, 0];

/// Places the tenants.
pub fn place(kind: Kind, tenants: &[Tenant], dice: &mut Dice) -> Today {
    let well = kind == Kind::Settled;
    let mut order: Vec<usize> = (0..tenants.len()).filter(|_| well || percent(dice, 85)).collect();
    if well {
        order.sort_by_key(|tenant| (tenants[*tenant].pools()[0], std::cmp::Reverse(tenants[*tenant].cpu), *tenant));
    }
    let cap = tenants.iter().map(Tenant::importance).sum::<u64>() * 30 / 100;
    let mut apart: Vec<Vec<usize>> = vec![Vec::new(); tenants.len()];
    for (tenant, asks) in tenants.iter().enumerate() {
        for other in &asks.apart {
            apart[tenant].push(*other);
            apart[*other].push(tenant);
        }
    }
    let mut today = Today { hosts: Vec::new(), homes: Vec::new() };
    for tenant in order {
        let asks = &tenants[tenant];
        let form = form(asks);
        let full = if well { 100 } else { 80 };
        let fits = |host: &Host, dice: &mut Dice| {
            let refuses = !well && percent(dice, 25);
            if refuses { None } else { host.room(tenant, asks, form, &apart[tenant], cap, full) }
        };
        let found = match form {
            Form::Own => None,
            Form::Shared | Form::Dedicated | Form::Private => {
                today.hosts.iter().enumerate().find_map(|(at, host)| Some((at, fits(host, dice)?)))
            }
        };
        let (host, pool) = found.unwrap_or_else(|| {
            today.hosts.push(open(asks, form, well, today.hosts.len(), dice));
            (today.hosts.len() - 1, asks.pools()[0])
        });
        let nodes = today.hosts[host].add(tenant, asks, form, pool);
        today.homes.push(Home { tenant, host, form, pool, nodes });
    }
    today.homes.sort_by_key(|home| home.tenant);
    today
}

/// The least that rules allow.
fn form(asks: &Tenant) -> Form {
    let most =
        |of: fn(&super::offers::Shape) -> u64| SHAPES.iter().map(|shape| of(shape) * shape.most).sum::<u64>() / 5;
    let dominates =
        asks.pods > CLUSTER_PODS / 5 || asks.cpu > most(|shape| shape.cpu) || asks.memory > most(|shape| shape.memory);
    // The vcluster chart runs no 1.33, and Windows nodes are joined to none.
    let vcluster = asks.minors.1 > 0 && SHAPES[asks.pools()[0]].private;
    match asks.trust {
        _ if asks.strict => Form::Own,
        Trust::Hostile if vcluster => Form::Private,
        Trust::Hostile => Form::Own,
        Trust::Soft | Trust::Hardened if dominates => Form::Own,
        Trust::Soft if !(asks.pci || asks.hipaa) => Form::Shared,
        Trust::Soft | Trust::Hardened => Form::Dedicated,
    }
}

fn open(asks: &Tenant, form: Form, well: bool, number: usize, dice: &mut Dice) -> Host {
    let region = asks.region.unwrap_or_else(|| weighted(dice, &REGIONS));
    let (first, last) = asks.minors;
    let private = form == Form::Private;
    // A vcluster's host runs a minor that its chart is tested with. Whoever plans well stays in the middle, which most windows hold.
    let lowest = if private { 1 } else { first };
    let minor = match form {
        _ if well => 2.clamp(lowest, last.max(lowest)),
        Form::Private => 1 + dice.below(3),
        Form::Shared | Form::Dedicated | Form::Own => first + dice.below(last + 1 - first),
    };
    let make = match form {
        Form::Own => Make::Own,
        _ if asks.available || asks.pci || asks.hipaa || (!well && percent(dice, 30)) => Make::Available,
        Form::Shared | Form::Dedicated | Form::Private => Make::Plain,
    };
    Host {
        name: format!("{region}-{}-{number:05}", make.word()),
        region,
        minor,
        make,
        shared: [[0; 4]; 5],
        own: [0; 5],
        private: [0; 5],
        pods: 0,
        importance: 0,
        pci: asks.pci,
        members: HashSet::new(),
        crds: BTreeMap::new(),
    }
}

/// Nodes of a pool for a load.
fn nodes_for(pool: usize, load: [u64; 4]) -> u64 {
    let shape = &SHAPES[pool];
    let usable = [shape.cpu, shape.memory, shape.pods].map(|of_node| of_node * USABLE_PERCENT / 100);
    let fluid = load.iter().zip(usable).map(|(load, usable)| load.div_ceil(usable)).max().unwrap_or(0);
    if shape.gpu > 0 { fluid.max(load[3].div_ceil(shape.gpu)) } else { fluid }
}

const fn load(asks: &Tenant) -> [u64; 4] {
    [asks.cpu, asks.memory, asks.pods, asks.gpu]
}

fn plus(one: [u64; 4], other: [u64; 4]) -> [u64; 4] {
    std::array::from_fn(|at| one[at] + other[at])
}

impl Host {
    /// The first pool with room for the tenant, where rules let it live here.
    fn room(
        &self,
        tenant: usize,
        asks: &Tenant,
        form: Form,
        apart: &[usize],
        cap: u64,
        full_percent: u64,
    ) -> Option<usize> {
        let private = form == Form::Private;
        let minor_fits = if private { self.minor > 0 } else { (asks.minors.0..=asks.minors.1).contains(&self.minor) };
        let make_fits = match self.make {
            Make::Own => false,
            Make::Available => true,
            Make::Plain => !(asks.available || asks.pci || asks.hipaa),
        };
        let crds_fit =
            private || asks.crds.iter().all(|(name, version)| self.crds.get(name).is_none_or(|known| known == version));
        let rules = asks.region.is_none_or(|region| region == self.region)
            && minor_fits
            && make_fits
            && crds_fit
            && asks.pci == self.pci
            && self.importance + asks.importance() <= cap
            && self.pods + asks.pods + CONTROL_PLANE[2] <= CLUSTER_PODS * full_percent / 100
            && !apart.iter().any(|other| self.members.contains(other))
            && !self.members.contains(&tenant);
        let fits = |pool: &usize| {
            let most = SHAPES[*pool].most * full_percent / 100;
            let own = nodes_for(*pool, load(asks));
            match form {
                Form::Shared => nodes_for(*pool, plus(self.shared[*pool], load(asks))) + self.own[*pool] <= most,
                Form::Dedicated => nodes_for(*pool, self.shared[*pool]) + self.own[*pool] + own <= most,
                Form::Private => {
                    self.private[*pool] + own <= most
                        && nodes_for(0, plus(self.shared[0], CONTROL_PLANE)) + self.own[0] <= SHAPES[0].most
                }
                Form::Own => false,
            }
        };
        rules.then(|| asks.pools().iter().copied().find(fits)).flatten()
    }

    /// Moves the tenant in; its own nodes.
    fn add(&mut self, tenant: usize, asks: &Tenant, form: Form, pool: usize) -> u64 {
        let nodes = nodes_for(pool, load(asks));
        self.members.insert(tenant);
        self.importance += asks.importance();
        match form {
            Form::Shared => self.shared[pool] = plus(self.shared[pool], load(asks)),
            Form::Dedicated | Form::Own => self.own[pool] += nodes,
            Form::Private => {
                self.private[pool] += nodes;
                self.shared[0] = plus(self.shared[0], CONTROL_PLANE);
            }
        }
        if form == Form::Private {
            self.pods += CONTROL_PLANE[2];
        } else {
            self.pods += asks.pods;
            self.crds.extend(asks.crds.iter().copied());
        }
        if form == Form::Shared { 0 } else { nodes }
    }

    /// Nodes for shared load, tenants' own nodes and private nodes of a pool.
    pub fn nodes(&self, pool: usize) -> [u64; 3] {
        [nodes_for(pool, self.shared[pool]), self.own[pool], self.private[pool]]
    }

    /// Its minor, as versions are written.
    pub fn kubernetes(&self) -> String {
        format!("1.{}", MINORS[self.minor])
    }
}
