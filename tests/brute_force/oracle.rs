//! Every way to house a tiny fleet: all homes of all units, all copies of all classes, in exact integers.

use std::collections::BTreeSet;

use fleetplan::inventory::Inventory;
use fleetplan::vocab::tier::Tenancy;

use super::world::{Home, Kind, Load, Question, World, add, nodes};

/// What enumeration says.
pub struct Answer {
    /// The least money per month; nothing where no plan exists.
    pub least: Option<i64>,
    /// Rules that closed a home, or a way to share one.
    pub closed: BTreeSet<&'static str>,
    /// False where there were too many ways to look at all of them; then the rest says nothing.
    pub finished: bool,
}

/// More ways than this are not looked at; few fleets have as many. Without optimisation a way takes longer.
const MOST_WAYS: u64 = if cfg!(debug_assertions) { 6_000 } else { 3_000_000 };

/// One cluster while homes are tried.
#[derive(Clone)]
struct Cluster {
    host: usize,
    members: Vec<usize>,
    shared: Vec<Load>,
    dedicated: Vec<u64>,
    private: Vec<u64>,
    uses: [u64; 7],
    labels: Vec<(&'static str, String, String)>,
    cost: i64,
}

/// Looks at every way. Stops at the first one where only the verdict is wanted.
pub fn ask(inventory: &Inventory, question: &Question<'_>, verdict_only: bool) -> Answer {
    let world = World::new(inventory, question);
    let mut closed = world.closed.clone();
    let mut clusters = Vec::new();
    for (host, data) in world.hosts.iter().enumerate().filter(|(_, host)| !matches!(host.kind, Kind::Class(_))) {
        let mut cluster = empty(&world, host);
        let open = cost(&world, &cluster).expect("the gate checks minimums");
        cluster.cost = match data.kind {
            Kind::Copy(_) => data.change,
            _ if data.may_close => open.min(data.change),
            _ => open,
        };
        clusters.push(cluster);
    }
    let mut search = Search {
        world: &world,
        homes: vec![None; world.units.len()],
        moves: 0,
        max_moves: question.max_moves.unwrap_or(u64::MAX),
        own: 0,
        least: None,
        closed: BTreeSet::new(),
        ways: 0,
        verdict_only,
    };
    search.house(0, &mut clusters);
    let Search { least, ways, closed: shut, .. } = search;
    closed.extend(shut);
    Answer { least, closed, finished: ways < MOST_WAYS }
}

fn empty(world: &World<'_>, host: usize) -> Cluster {
    let pools = world.hosts[host].offer.pools.len();
    Cluster {
        host,
        members: Vec::new(),
        shared: vec![[0; 4]; pools],
        dedicated: vec![0; pools],
        private: vec![0; pools],
        uses: [0; 7],
        labels: Vec::new(),
        cost: 0,
    }
}

/// Money of an open cluster per month, or the rule that it breaks.
fn cost(world: &World<'_>, cluster: &Cluster) -> Result<i64, &'static str> {
    let host = &world.hosts[cluster.host];
    let mut money = host.fixed;
    if matches!(host.kind, Kind::Class(_)) {
        money += host.change;
    }
    let mut all = 0;
    for (number, pool) in host.offer.pools.iter().enumerate() {
        let shared = nodes(world.inventory, pool, &cluster.shared[number]).ok_or("pool-limits")?;
        let count = pool.min.max(shared + cluster.dedicated[number]);
        if count > pool.max || cluster.private[number] > pool.max {
            return Err("pool-limits");
        }
        all += count;
        money += pool.price.0 * count as i64;
    }
    if all > host.max_nodes {
        return Err("cluster-limits");
    }
    Ok(money)
}

struct Search<'a> {
    world: &'a World<'a>,
    homes: Vec<Option<usize>>,
    moves: u64,
    max_moves: u64,
    own: i64,
    least: Option<i64>,
    closed: BTreeSet<&'static str>,
    ways: u64,
    verdict_only: bool,
}

impl Search<'_> {
    fn house(&mut self, unit: usize, clusters: &mut Vec<Cluster>) {
        let world = self.world;
        if (self.verdict_only && self.least.is_some()) || self.ways >= MOST_WAYS {
            return;
        }
        if unit == world.units.len() {
            // A copy counts while somebody lives in it: those of an earlier plan too.
            for (number, class) in world.inventory.classes.iter().enumerate() {
                if self.copies(number, clusters) > u64::from(class.open_at_most) {
                    self.closed.insert("class-limit");
                    return;
                }
            }
            let all = self.own + clusters.iter().map(|cluster| cluster.cost).sum::<i64>();
            self.least = Some(self.least.map_or(all, |least| least.min(all)));
            return;
        }
        for home in &world.units[unit].homes {
            let standing = clusters.len();
            for at in 0..=standing {
                let host = &world.hosts[home.host];
                let new = at == standing;
                if new != matches!(host.kind, Kind::Class(_)) && new || (!new && clusters[at].host != home.host) {
                    continue;
                }
                self.ways += 1;
                let before = if new { empty(world, home.host) } else { clusters[at].clone() };
                match self.with(unit, home, before, at, clusters) {
                    Err(rule) => _ = self.closed.insert(rule),
                    Ok(after) => {
                        let was = if new {
                            clusters.push(after);
                            None
                        } else {
                            Some(std::mem::replace(&mut clusters[at], after))
                        };
                        self.homes[unit] = Some(at);
                        self.own += home.own;
                        self.moves += u64::from(home.moves);
                        if self.could_be_cheaper(clusters) {
                            self.house(unit + 1, clusters);
                        }
                        self.moves -= u64::from(home.moves);
                        self.own -= home.own;
                        self.homes[unit] = None;
                        match was {
                            Some(was) => clusters[at] = was,
                            None => _ = clusters.pop(),
                        }
                    }
                }
            }
        }
    }

    /// Copies of a class that are there.
    fn copies(&self, class: usize, clusters: &[Cluster]) -> u64 {
        let of = |cluster: &&Cluster| match self.world.hosts[cluster.host].kind {
            Kind::Class(of) | Kind::Copy(of) => of == class && !cluster.members.is_empty(),
            Kind::Cluster => false,
        };
        clusters.iter().filter(of).count() as u64
    }

    /// What is there costs no less when more come; only an empty copy of an earlier plan may be cheaper to use than to close.
    fn could_be_cheaper(&self, clusters: &[Cluster]) -> bool {
        let Some(least) = self.least else { return true };
        let floor = |cluster: &Cluster| {
            let host = &self.world.hosts[cluster.host];
            if cluster.members.is_empty() { cluster.cost.min(host.fixed) } else { cluster.cost }
        };
        self.own + clusters.iter().map(floor).sum::<i64>() < least
    }

    /// The cluster with the unit in it, or the rule that keeps it out.
    fn with(
        &self,
        unit: usize,
        home: &Home,
        mut cluster: Cluster,
        at: usize,
        clusters: &[Cluster],
    ) -> Result<Cluster, &'static str> {
        let world = self.world;
        let host = &world.hosts[cluster.host];
        if self.moves + u64::from(home.moves) > self.max_moves {
            return Err("moves");
        }
        let me = &world.units[unit];
        for (other, where_it_is) in self.homes.iter().enumerate() {
            let Some(there) = where_it_is else { continue };
            let them = &world.units[other];
            let (mine, theirs) = (&me.tenant.name, &them.tenant.name);
            let one_site = me.site.is_none() || them.site.is_none() || me.site == them.site;
            let near = me.tenant.near.contains(theirs) || them.tenant.near.contains(mine);
            if near && one_site && *there != at {
                return Err("near");
            }
            if (me.tenant.apart.contains(theirs) || them.tenant.apart.contains(mine)) && *there == at {
                return Err("apart");
            }
        }
        if host.tenancy == Tenancy::Dedicated && !cluster.members.is_empty() {
            return Err("cluster-limits");
        }
        cluster.members.push(unit);
        for (limit, (used, more)) in cluster.uses.iter_mut().zip(home.uses).enumerate() {
            *used += more;
            if *used > host.limits[limit] {
                return Err(if limit == 6 { "blast-radius" } else { "cluster-limits" });
            }
        }
        for (rule, dimension, value) in &home.labels {
            if cluster.labels.iter().any(|(r, d, v)| r == rule && d == dimension && v != value) {
                return Err(rule);
            }
        }
        cluster.labels.extend(home.labels.iter().cloned());
        for member in &cluster.members {
            let data = &world.units[*member];
            let others: BTreeSet<&str> = cluster
                .members
                .iter()
                .map(|other| world.units[*other].tenant.name.as_str())
                .filter(|name| *name != data.tenant.name.as_str())
                .collect();
            if data.most_neighbours.is_some_and(|most| others.len() as u64 > most) {
                return Err("neighbours");
            }
        }
        for pool in 0..cluster.shared.len() {
            cluster.shared[pool] = add(cluster.shared[pool], home.shared[pool]);
            cluster.dedicated[pool] += home.dedicated[pool];
            cluster.private[pool] += home.private[pool];
        }
        if let (Kind::Class(class), 1) = (host.kind, cluster.members.len()) {
            // Opened copies alone can be counted now; those of an earlier plan may still be left.
            if self.copies(class, clusters) >= u64::from(world.inventory.classes[class].open_at_most) {
                return Err("class-limit");
            }
        }
        cluster.cost = cost(world, &cluster)?;
        Ok(cluster)
    }
}
