//! The kinds of fault that a plan can have, and the check that refuses each.

use fleetplan::plan::{Action, Move, Plan, Status};
use fleetplan::vocab::money::Money;
use fleetplan::vocab::tier::{Form, Nodes, Tenancy, Tier};
use fleetplan::vocab::version::Minor;

use super::fixture::{cluster, home, money};

/// How a fault comes about.
pub enum Fault {
    /// The plan is changed.
    Plan(fn(&mut Plan)),
    /// A plan that was made from another is changed.
    PlanAfter(fn(&mut Plan)),
    /// A requirement is changed, and the plan claims to be made from it: all else stays right, so no other check may speak.
    Inventory(&'static str, &'static str),
}

use Fault::{Inventory, Plan as In, PlanAfter};

/// Kind, check, fault.
pub const FAULTS: &[(&str, &str, Fault)] = &[
    // The plan and its inventory.
    ("a newer format", "format", In(|plan| plan.format_version += 1)),
    ("another inventory", "stale-plan", In(|plan| plan.fingerprint = "0".repeat(64))),
    ("another fleet", "fleet", In(|plan| plan.fleet = "other".parse().unwrap())),
    ("another date", "date", In(|plan| plan.date = plan.date.tomorrow().unwrap())),
    ("another currency", "currency", In(|plan| plan.currency = "EUR".to_owned())),
    ("made from another plan than the one given", "from", PlanAfter(|plan| plan.from = Some("0".repeat(64)))),
    ("made from no plan where one is given", "from", PlanAfter(|plan| plan.from = None)),
    // Names and forms.
    ("a unit placed twice", "placed-once", In(|plan| plan.placements.insert(1, plan.placements[0].clone()))),
    ("a unit without a home", "placed-once", In(|plan| drop(plan.placements.remove(0)))),
    ("one site of two without a home", "placed-once", In(|plan| drop(plan.placements.remove(9)))),
    ("a tenant left out that has a home", "unplaced", In(|plan| plan.unplaced.push("alpha".parse().unwrap()))),
    ("a tenant left out that nobody knows", "unplaced", In(|plan| plan.unplaced.push("nobody".parse().unwrap()))),
    ("an unknown tenant", "unknown-tenant", In(|plan| home(plan, "zeta").tenant = "zz".parse().unwrap())),
    ("an unknown site", "unknown-site", In(|plan| home(plan, "theta").site = Some("ap".parse().unwrap()))),
    (
        "a site of a tenant that has none",
        "unknown-site",
        In(|plan| home(plan, "alpha").site = Some("eu".parse().unwrap())),
    ),
    ("an unknown cluster", "unknown-cluster", In(|plan| home(plan, "alpha").cluster = "eu-9".parse().unwrap())),
    ("an unknown pool", "unknown-pool", In(|plan| home(plan, "alpha").pools[0].pool = "no".parse().unwrap())),
    ("an unknown workload", "workloads", In(|plan| home(plan, "alpha").pools[0].workload = "no".parse().unwrap())),
    ("a workload without a pool", "workloads", In(|plan| drop(home(plan, "delta").pools.pop()))),
    ("workloads out of order", "workloads", In(|plan| home(plan, "delta").pools.reverse())),
    ("a namespace with private nodes", "form", In(|plan| home(plan, "alpha").nodes = Some(Nodes::Private))),
    ("a cluster with a word for nodes", "form", In(|plan| home(plan, "eta").nodes = Some(Nodes::Dedicated))),
    ("a vcluster without a minor", "form", In(|plan| home(plan, "gamma").kubernetes = None)),
    ("a namespace with a minor of its own", "form", In(|plan| home(plan, "alpha").kubernetes = Some(Minor(35)))),
    ("placements out of order", "order", In(|plan| plan.placements.swap(0, 1))),
    ("clusters out of order", "order", In(|plan| plan.clusters.swap(0, 1))),
    // Clusters.
    ("a cluster twice", "clusters", In(|plan| plan.clusters.insert(1, plan.clusters[0].clone()))),
    ("a cluster forgotten", "clusters", In(|plan| plan.clusters.retain(|cluster| cluster.name.as_str() != "eu-idle"))),
    ("a kept copy forgotten", "clusters", PlanAfter(|plan| plan.clusters.retain(|cluster| cluster.class.is_none()))),
    (
        "a copy of an unknown class",
        "unknown-class",
        In(|plan| cluster(plan, "eks-eu-1").class = Some("no".parse().unwrap())),
    ),
    ("a cluster of no class that nobody knows", "unknown-class", In(|plan| cluster(plan, "eks-eu-1").class = None)),
    ("a cluster with another minor", "cluster-facts", In(|plan| cluster(plan, "eu-own").kubernetes = Minor(35))),
    (
        "a cluster in another region",
        "cluster-facts",
        In(|plan| cluster(plan, "eu-idle").region = "eu-north-1".parse().unwrap()),
    ),
    (
        "a shared cluster made dedicated",
        "cluster-facts",
        In(|plan| cluster(plan, "eu-idle").tenancy = Tenancy::Dedicated),
    ),
    (
        "a cluster of the inventory taken for a copy",
        "cluster-facts",
        In(|plan| cluster(plan, "eu-idle").class = Some("eks-eu".parse().unwrap())),
    ),
    (
        "a kept copy with another minor",
        "cluster-facts",
        PlanAfter(|plan| cluster(plan, "eks-eu-1").kubernetes = Minor(35)),
    ),
    ("a cluster closed that hosts units", "cluster-action", In(|plan| cluster(plan, "eu-own").action = Action::Close)),
    ("a cluster opened that exists", "cluster-action", In(|plan| cluster(plan, "eu-own").action = Action::Open)),
    ("a copy kept that does not exist", "cluster-action", In(|plan| cluster(plan, "eks-eu-1").action = Action::Keep)),
    ("a copy opened again", "cluster-action", PlanAfter(|plan| cluster(plan, "eks-eu-1").action = Action::Open)),
    (
        "a cluster opened for nobody",
        "cluster-action",
        In(|plan| {
            let mut idle = plan.clusters[0].clone();
            idle.name = "eks-eu-2".parse().unwrap();
            plan.clusters.insert(1, idle);
        }),
    ),
    ("a cluster closed that may not", "cluster-action", Inventory("may_close = true", "may_close = false")),
    (
        "a copy with a name of its own",
        "class-copy",
        In(|plan| {
            home(plan, "zeta").cluster = "ml".parse().unwrap();
            let mut copy = plan.clusters.remove(0);
            copy.name = "ml".parse().unwrap();
            plan.clusters.insert(4, copy);
        }),
    ),
    (
        "a copy on a minor that its class lacks",
        "class-copy",
        Inventory("kubernetes = [\"1.35\", \"1.36\"]", "kubernetes = [\"1.35\"]"),
    ),
    (
        "a copy in another region than its class's first",
        "class-copy",
        Inventory("[\"eu-west-1\", \"eu-central-1\"]", "[\"eu-central-1\", \"eu-west-1\"]"),
    ),
    (
        "a copy of a tenancy that its class lacks",
        "class-copy",
        Inventory("open_at_most = 1", "open_at_most = 1\ntenancy = [\"shared\"]"),
    ),
    ("too many copies of a class", "class-limit", Inventory("open_at_most = 1", "open_at_most = 0")),
    // Nodes, limits and capacity.
    ("own nodes miscounted", "own-nodes", In(|plan| home(plan, "beta").pools[0].nodes = 1)),
    (
        "own nodes noted at the wrong workload",
        "own-nodes",
        In(|plan| {
            let pools = &mut home(plan, "delta").pools;
            (pools[0].nodes, pools[1].nodes) = (0, 1);
        }),
    ),
    ("own nodes of a unit on shared ones", "own-nodes", In(|plan| home(plan, "alpha").pools[0].nodes = 1)),
    ("shared nodes miscounted", "pool-nodes", In(|plan| cluster(plan, "eu-shared").pools[0].shared = 1)),
    ("dedicated nodes miscounted", "pool-nodes", In(|plan| cluster(plan, "eu-shared").pools[0].dedicated = 4)),
    ("private nodes miscounted", "pool-nodes", In(|plan| cluster(plan, "eu-shared").pools[0].private = 2)),
    ("a pool's nodes miscounted", "pool-nodes", In(|plan| cluster(plan, "eu-test").pools[0].nodes = 1)),
    ("a pool forgotten", "pool-nodes", In(|plan| drop(cluster(plan, "eu-shared").pools.pop()))),
    (
        "pools of a cluster that closes",
        "pool-nodes",
        In(|plan| {
            let pools = cluster(plan, "us-shared").pools.clone();
            cluster(plan, "us-old").pools = pools;
        }),
    ),
    (
        "a load beyond a pool's most nodes",
        "pool-limits",
        Inventory("nodes = { min = 1, max = 10 }\nmodules", "nodes = { min = 1, max = 4 }\nmodules"),
    ),
    (
        "a cluster above its limit of pods",
        "cluster-limits",
        Inventory("limits = { pods = 1000,", "limits = { pods = 93,"),
    ),
    ("a cluster above its limit of units", "cluster-limits", Inventory("tenants = 20 }", "tenants = 6 }")),
    ("a cluster above its limit of nodes", "cluster-limits", Inventory("tenants = 20 }", "tenants = 20, nodes = 5 }")),
    (
        "a cluster above its limit of namespaces",
        "cluster-limits",
        Inventory("tenants = 20 }", "tenants = 20, namespaces = 7 }"),
    ),
    (
        "a cluster above its limit of services",
        "cluster-limits",
        Inventory("tenants = 20 }", "tenants = 20, services = 13 }"),
    ),
    (
        "a cluster above its limit of load balancers",
        "cluster-limits",
        Inventory("tenants = 20 }", "tenants = 20, load_balancers = 0 }"),
    ),
    (
        "a pod larger than a node",
        "capacity",
        Inventory("largest_pod = { cpu = \"2\",", "largest_pod = { cpu = \"11\","),
    ),
    // Rules.
    ("apart tenants together", "apart", Inventory("apart = [\"kappa\"]", "apart = [\"gamma\"]")),
    ("near tenants in two clusters", "near", Inventory("near = [\"beta\"]", "near = [\"beta\", \"theta\"]")),
    ("a near tenant in a cluster of its own", "near", Inventory("near = [\"beta\"]", "near = [\"beta\", \"eta\"]")),
    (
        "too much importance in one cluster",
        "blast-radius",
        Inventory("max_importance_share = 0.70", "max_importance_share = 0.60"),
    ),
    (
        "definitions in a namespace",
        "crds",
        Inventory("near = [\"beta\"]", "near = [\"beta\"]\ncrds = [\"a.example.io/v1\"]"),
    ),
    (
        "two versions of a definition in one cluster",
        "crd-versions",
        In(|plan| {
            for tenant in ["gamma", "delta"] {
                let home = home(plan, tenant);
                (home.tier, home.kubernetes) = (Tier::Namespace, None);
            }
        }),
    ),
    (
        "an outage longer than tolerated",
        "disruption",
        Inventory("near = [\"beta\"]", "near = [\"beta\"]\ndisruption = \"4m59s\""),
    ),
    ("an exception that has ended", "disruption", Inventory("until = 2026-12-31", "until = 2026-11-22")),
    ("private nodes without their licence", "edition", Inventory("edition = \"free\"", "edition = \"oss\"")),
    (
        "a sandboxed vcluster of a chart without runtime classes",
        "edition",
        Inventory("edition = \"free\"", "edition = \"free\"\nchart = \"0.22.0\""),
    ),
    (
        "production and tests in one cluster",
        "environments",
        Inventory("crds = [\"widgets.example.io/v1\"]", "crds = [\"widgets.example.io/v1\"]\nenvironment = \"test\""),
    ),
    (
        "less isolation than asked",
        "isolation",
        Inventory("near = [\"beta\"]", "near = [\"beta\"]\nisolation = \"dedicated\""),
    ),
    ("a kernel that is too old", "kernel", Inventory(">=6.3", ">=6.9")),
    (
        "a module that is missing",
        "kernel",
        Inventory("modules = [\"wireguard\"], version", "modules = [\"zfs\"], version"),
    ),
    (
        "another model of GPU",
        "kernel",
        Inventory("kernel = { gpu = \"nvidia-l4\" }", "kernel = { gpu = \"nvidia-a100\" }"),
    ),
    ("private nodes of a pool that has none", "kernel", Inventory("private = true", "private = false")),
    (
        "a workload on GPU nodes that asks for none",
        "kernel",
        In(|plan| home(plan, "zeta").pools[0].pool = "gpu".parse().unwrap()),
    ),
    (
        "GPUs of a pool that has none",
        "capacity",
        In(|plan| home(plan, "zeta").pools[1].pool = "general".parse().unwrap()),
    ),
    ("too many neighbours", "neighbours", Inventory("max_neighbours = 6", "max_neighbours = 5")),
    (
        "a neighbour outside the regime",
        "neighbours",
        Inventory("[vcluster]", "[regulation.soc2]\nneighbours = \"same-regime\"\n[vcluster]"),
    ),
    ("a pinned tenant elsewhere", "pin", Inventory("cluster = \"eu-own\"", "cluster = \"eu-idle\"")),
    ("a pinned tier not kept", "pin", Inventory("cluster = \"eu-own\"", "tier = \"vcluster\"")),
    (
        "a regime's attestation missing",
        "regulation",
        Inventory("[vcluster]", "[regulation.soc2]\nattestation = \"iso\"\n[vcluster]"),
    ),
    (
        "a regime's tier not reached",
        "regulation",
        Inventory("[vcluster]", "[regulation.soc2]\ntier = \"vcluster\"\n[vcluster]"),
    ),
    (
        "a regime's residency not kept",
        "regulation",
        Inventory("[vcluster]", "[regulation.soc2]\nresidency = [\"us\"]\n[vcluster]"),
    ),
    ("another residency", "residency", Inventory("residency = [\"eu\"]", "residency = [\"us\"]")),
    (
        "a site in another residency",
        "residency",
        In(|plan| {
            plan.placements[8].site = Some("us".parse().unwrap());
            plan.placements[9].site = Some("eu".parse().unwrap());
            plan.placements.swap(8, 9);
        }),
    ),
    ("a tenant that dominates its cluster", "scale", Inventory("max_tenant_share = 0.50", "max_tenant_share = 0.01")),
    (
        "a newcomer on an unsupported minor",
        "support",
        In(|plan| {
            cluster(plan, "us-old").action = Action::Keep;
            home(plan, "kappa").cluster = "us-old".parse().unwrap();
        }),
    ),
    (
        "a namespace in a dedicated cluster",
        "tenancy",
        In(|plan| home(plan, "alpha").cluster = "eu-own".parse().unwrap()),
    ),
    (
        "a cluster of its own in a shared one",
        "tenancy",
        In(|plan| home(plan, "eta").cluster = "eu-idle".parse().unwrap()),
    ),
    (
        "two units in a dedicated cluster",
        "tenancy",
        In(|plan| {
            let alpha = home(plan, "alpha");
            (alpha.tier, alpha.nodes, alpha.cluster) = (Tier::Cluster, None, "eu-own".parse().unwrap());
        }),
    ),
    (
        "a hardened tenant on shared nodes",
        "trust",
        Inventory("near = [\"beta\"]", "near = [\"beta\"]\ntrust = \"hardened\""),
    ),
    (
        "a hardened tenant where the audit log stays",
        "trust",
        Inventory("disruption = \"30s\"\nisolation", "disruption = \"30s\"\ntrust = \"hardened\"\nisolation"),
    ),
    (
        "a hostile tenant in a namespace",
        "trust",
        Inventory("near = [\"beta\"]", "near = [\"beta\"]\ntrust = \"hostile\""),
    ),
    (
        "a hostile tenant where policy does not let it",
        "trust",
        Inventory("horizon_quarters", "hostile = [\"cluster\", \"vcluster/private\"]\nhorizon_quarters"),
    ),
    (
        "a trusting tenant on a sandbox's shared nodes",
        "trust",
        Inventory("trust = \"hostile\"\ndemand", "trust = \"soft\"\ndemand"),
    ),
    (
        "a minor outside the tenant's range",
        "version",
        Inventory("kubernetes = \">=1.34, <1.36\"", "kubernetes = \"1.34\""),
    ),
    (
        "a host's minor outside the tenant's range",
        "version",
        Inventory("near = [\"beta\"]", "near = [\"beta\"]\nkubernetes = \">=1.36\""),
    ),
    (
        "a minor that the chart does not run",
        "version",
        Inventory("minors = [\"1.34\", \"1.35\", \"1.36\"]", "minors = [\"1.34\", \"1.36\"]"),
    ),
    (
        "a pair that is known to break",
        "version",
        Inventory("[vcluster]", "[[pair]]\nhost = \"1.35\"\ntenant = \"1.35\"\nverdict = \"broken\"\n[vcluster]"),
    ),
    // Money and proof.
    ("control planes too cheap", "money", In(|plan| plan.money.control_planes -= Money(1))),
    ("extended support forgotten", "money", In(|plan| plan.money.extended_support = Money::ZERO)),
    ("one-off costs forgotten", "money", In(|plan| plan.money.one_off = Money::ZERO)),
    (
        "money shifted between kinds",
        "money",
        In(|plan| {
            plan.money.nodes -= money("0.01");
            plan.money.toil += money("0.01");
        }),
    ),
    ("an objective that is no sum", "objective", In(|plan| plan.proof.objective -= Money(1))),
    ("a cluster's money wrong", "cluster-monthly", In(|plan| cluster(plan, "eu-idle").monthly += Money(1))),
    ("a placement's part too small", "parts", In(|plan| home(plan, "alpha").monthly -= Money(1))),
    (
        "parts shifted below a unit's own costs",
        "parts",
        In(|plan| {
            home(plan, "beta").monthly -= money("200.00");
            home(plan, "alpha").monthly += money("200.00");
        }),
    ),
    ("a bound above the objective", "bound", In(|plan| plan.proof.bound += Money(1))),
    ("a bound that nobody found", "bound", In(|plan| plan.proof.by.clear())),
    ("optimal with a gap", "status", In(|plan| plan.proof.bound -= Money(1))),
    ("homes of an impossible plan", "status", In(|plan| plan.proof.status = Status::Impossible)),
    // Moves.
    ("a move not said", "moves", PlanAfter(|plan| plan.moves.clear())),
    ("more moves than there were to be", "moves", PlanAfter(|plan| plan.max_moves = Some(0))),
    ("a move said twice", "moves", PlanAfter(|plan| plan.moves.push(plan.moves[0].clone()))),
    (
        "a move of a unit that stays",
        "moves",
        PlanAfter(|plan| {
            let other = Move { tenant: "zeta".parse().unwrap(), ..plan.moves[0].clone() };
            plan.moves.push(other);
        }),
    ),
    (
        "a move to another place than the home",
        "moves",
        PlanAfter(|plan| plan.moves[0].to = format!("{} in eu-idle", Form::NamespaceShared)),
    ),
    (
        "a move where there is no earlier plan",
        "moves",
        In(|plan| {
            plan.moves.push(Move {
                tenant: "alpha".parse().unwrap(),
                site: None,
                from: "cluster in eu-own".to_owned(),
                to: "namespace/shared in eu-shared".to_owned(),
            });
        }),
    ),
];
