//! Tiny fleets, one per seed: few enough homes to look at all of them, with every rule in play. A third of them stands one unit
//! from the edge of a capacity, a limit, a share or a number of neighbours.

use std::fmt::Write as _;

#[path = "../agreement/fleets.rs"]
mod larger;

pub use larger::{Dice, fleet as larger};

/// Millicores of a node after daemonsets; small round numbers, so that ties are common.
const NODE: u64 = 4000;

/// Seeds whose fleets are planned quickly without optimisation: every rule closes a door in one of them, and a third of them have a plan.
pub const QUICK: &[u64] = &[
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 25, 26, 27, 29, 30, 31, 32, 34, 42, 44,
    48, 49, 50, 51, 57,
];

/// The inventory of a seed, as one TOML file.
pub fn tiny(seed: u64) -> String {
    let mut dice = Dice(seed ^ 0x7e57_ab1e);
    let tight = seed.is_multiple_of(3);
    let tenants = 1 + dice.below(4);
    let clusters = 1 + dice.below(3);
    let classes = if tight { dice.below(2) } else { 1 + dice.below(2) };
    let mut text = String::new();
    head(&mut text, &mut dice, tight, tenants);
    for number in 0..clusters {
        let _ = write!(
            text,
            "[[cluster]]\nname = \"c{number}\"\nregion = \"r\"\nkubernetes = \"1.{}\"\ntenancy = \"{}\"\nmay_close = {}\n",
            dice.pick(&[35, 35, 35, 36, 34, 30]),
            if number > 0 && dice.one_in(4) { "dedicated" } else { "shared" },
            dice.one_in(2),
        );
        offer(&mut text, &mut dice, "cluster", if number == 1 { "us" } else { "eu" }, tight, tenants);
    }
    for number in 0..classes {
        let _ = write!(
            text,
            "[[class]]\nname = \"k{number}\"\nregions = [\"r\"]\nkubernetes = [{}]\nopen_at_most = {}\ntenancy = [{}]\n",
            dice.pick(&["\"1.35\"", "\"1.36\"", "\"1.30\", \"1.35\""]),
            dice.below(3),
            dice.pick(&["\"shared\"", "\"shared\", \"dedicated\"", "\"dedicated\""]),
        );
        let residency = dice.pick(&["eu", "us"]);
        offer(&mut text, &mut dice, "class", residency, tight, tenants);
    }
    // What the tenants ask together: what two nodes of the first pool carry, or one unit more.
    let mut left = 2 * NODE + dice.below(2) as u64;
    for number in 0..tenants {
        let cpu = if !tight {
            1 + dice.below(4000) as u64
        } else if number + 1 == tenants {
            left.max(1)
        } else {
            (left / 2).saturating_sub(dice.below(3) as u64 * 500).max(1)
        };
        left = left.saturating_sub(cpu);
        tenant(&mut text, &mut dice, number, tenants, clusters, cpu, tight);
    }
    text
}

fn head(text: &mut String, dice: &mut Dice, tight: bool, tenants: usize) {
    let _ = write!(
        text,
        "[fleet]\nname = \"tiny\"\ndate = 2026-11-23\n[policy]\nheadroom = {}\nsurvive_zone_loss = {}\nhorizon_quarters = {}\n\
         payback_months = {}\nmax_tenant_share = {}\nmax_importance_share = {}\nseparate_environments = {}\ncrds = \"{}\"\n\
         hostile = {}\nshare_sandboxes = {}\ntoil = {{ cluster = {}, vcluster = 6.0, namespace = 1.0 }}\n\
         once = {{ move = {}, open = 15.0, close = {} }}\n[vcluster]\nedition = \"{}\"\nprice = {}\n\
         allow_unlisted_pairs = {}\nchart = \"{}\"\nminors = [\"1.34\", \"1.35\", \"1.36\"]\n\
         [regulation.closed]\nneighbours = \"same-regime\"\n",
        if tight { "0.0" } else { dice.pick(&["0.0", "0.15", "0.5"]) },
        dice.one_in(5),
        dice.below(3),
        dice.pick(&[1, 7, 12]),
        dice.pick(&["1.0", "1.0", "1.0", "0.5", "0.333333"]),
        if tight && tenants > 1 {
            dice.pick(&["1.0", "1.0", "0.5", "0.499999", "0.666667"])
        } else {
            dice.pick(&["1.0", "1.0", "0.8"])
        },
        dice.one_in(3),
        dice.pick(&["tenants", "tenants", "platform"]),
        dice.pick(&[
            "[\"cluster\", \"vcluster/private\", \"vcluster/sandboxed\"]",
            "[\"vcluster/sandboxed\"]",
            "[\"cluster\"]"
        ]),
        dice.one_in(2),
        dice.pick(&["5.0", "45.0"]),
        dice.pick(&["0.0", "4.01", "400.0"]),
        dice.pick(&["5.07", "2000.0"]),
        dice.pick(&["oss", "free"]),
        dice.pick(&["0.0", "1.25"]),
        dice.one_in(2),
        dice.pick(&["0.36.1", "0.36.1", "0.22.6"]),
    );
}

fn offer(text: &mut String, dice: &mut Dice, table: &str, residency: &str, tight: bool, tenants: usize) {
    let (pods, units) = if tight {
        (dice.pick(&[30, 31, 32, 33, 60, 400]), tenants.saturating_sub(dice.below(2)).max(1))
    } else {
        (dice.pick(&[40, 400, 3000]), dice.pick(&[2, 50, 50]))
    };
    let _ = write!(
        text,
        "provider = \"{}\"\nresidency = \"{residency}\"\ncontrol_plane = {{ price = 0.10, disruption = \"{}\" }}\n\
         audit_log = {}\nsecrets_encryption = {}\nattestations = [{}]\nprices = {{ storage = 0.09, load_balancer = 0.025 }}\n\
         limits = {{ pods = {pods}, tenants = {units}, nodes = {}, namespaces = {}, load_balancers = {} }}\n",
        dice.pick(&["eks", "gke"]),
        dice.pick(&["30s", "5m"]),
        !dice.one_in(4),
        !dice.one_in(4),
        dice.pick(&["", "\"pci-dss\"", "\"hipaa\", \"pci-dss\""]),
        dice.pick(&[3, 6, 90]),
        dice.pick(&[2, 3, 50]),
        dice.pick(&[1, 50]),
    );
    let zones = 2 + dice.below(2);
    let _ = write!(
        text,
        "[[{table}.pool]]\nname = \"general\"\nnode = {{ cpu = \"{}m\", memory = \"16Gi\", pods = 40 }}\n\
         daemonsets = {{ cpu = \"100m\", memory = \"200Mi\", pods = 2 }}\nprice = 0.{}\nnodes = {{ min = {}, max = {} }}\nzones = {zones}\n\
         kernel = \"6.8\"\nmodules = [\"wireguard\"]\nprivate = {}\n",
        NODE + 100,
        dice.pick(&[1, 2, 35]),
        dice.below(2),
        1 + dice.below(4),
        dice.one_in(3),
    );
    if dice.one_in(4) {
        let _ = write!(
            text,
            "[[{table}.pool]]\nname = \"gpu\"\nnode = {{ cpu = \"4\", memory = \"16Gi\", pods = 30, gpu = {} }}\nprice = 0.98\n\
             nodes = {{ max = {} }}\nzones = 2\ngpu = \"nvidia-l4\"\n",
            1 + dice.below(2),
            1 + dice.below(2),
        );
    }
    if dice.one_in(4) {
        let _ = write!(
            text,
            "[[{table}.pool]]\nname = \"sandbox\"\nnode = {{ cpu = \"8\", memory = \"32Gi\", pods = 60 }}\nprice = 0.15\n\
             nodes = {{ max = 3 }}\nzones = 2\nruntime = \"gvisor\"\nprivate = {}\n",
            dice.one_in(2),
        );
    }
}

fn tenant(text: &mut String, dice: &mut Dice, number: usize, tenants: usize, clusters: usize, cpu: u64, tight: bool) {
    let calm = if tight { 3 } else { 2 };
    let _ = write!(
        text,
        "[[tenant]]\nname = \"t{number}\"\nteam = \"team\"\nenvironment = \"{}\"\ntrust = \"{}\"\ngrowth = {}\nimportance = {}\n\
         namespaces = {}\nhigh_availability = {}\n",
        dice.pick(&["production", "production", "test"]),
        dice.pick(&["soft", "soft", "soft", "soft", "soft", "soft", "hardened", "hostile"]),
        if tight { "0.0" } else { dice.pick(&["0.0", "0.05", "-0.1", "0.333333"]) },
        1 + dice.below(3),
        1 + dice.below(2),
        dice.one_in(6),
    );
    let mut sometimes = |line: String, chances: usize| {
        let said = dice.one_in(chances);
        if said {
            let _ = writeln!(text, "{line}");
        }
        said
    };
    sometimes("kubernetes = \">=1.34, <1.36\"".into(), 5 * calm);
    sometimes(format!("regulation = [\"{}\"]", ["pci-dss", "closed", "hipaa"][number % 3]), 6 * calm);
    if !sometimes("residency = [\"eu\"]".into(), 4) {
        sometimes("sites = [\"eu\", \"us\"]".into(), 9 * calm);
    }
    sometimes("disruption = \"1m\"".into(), 6 * calm);
    sometimes(format!("max_neighbours = {}", tenants.saturating_sub(2)), 4);
    sometimes("isolation = \"dedicated\"".into(), 9 * calm);
    sometimes(format!("crds = [\"things.example.io/v{}\"]", 1 + number % 2), 2);
    // Pairs look back, so that nobody is near who is apart.
    if number > 0 {
        sometimes(format!("apart = [\"t{}\"]", number - 1), 5);
    }
    if number > 1 {
        sometimes(format!("near = [\"t{}\"]", number - 2), 4);
    }
    if dice.one_in(6) {
        let _ = write!(
            text,
            "[[tenant.workload]]\nname = \"web\"\ndemand = {{ cpu = \"{cpu}m\", memory = \"2Gi\", pods = 10, load_balancers = 1 }}\n\
             [[tenant.workload]]\nname = \"jobs\"\ndemand = {{ cpu = \"1\", memory = \"3Gi\", pods = 5, gpu = {} }}\n",
            dice.below(2),
        );
    } else {
        let _ = writeln!(
            text,
            "demand = {{ cpu = \"{cpu}m\", memory = \"{}Mi\", pods = {}, storage = \"{}Gi\", services = 2 }}",
            1 + dice.below(if tight { 4000 } else { 9000 }),
            if tight { 15 } else { 1 + dice.below(50) },
            dice.below(20),
        );
        if dice.one_in(6) {
            let _ = writeln!(
                text,
                "largest_pod = {{ cpu = \"{}m\", memory = \"1Gi\" }}",
                dice.pick(&[NODE, NODE + 1]).min(cpu)
            );
        }
        if dice.one_in(8 * calm) {
            let _ = writeln!(
                text,
                "kernel = {{ {} }}",
                dice.pick(&[
                    "modules = [\"wireguard\"]",
                    "version = \">=6.9\"",
                    "runtime = \"gvisor\"",
                    "arch = \"arm64\""
                ])
            );
        }
    }
    if dice.one_in(8) {
        let _ = writeln!(
            text,
            "[[pin]]\ntenant = \"t{number}\"\n{}owner = \"team\"\nreason = \"promised\"\nuntil = 2026-{}",
            match dice.below(3) {
                0 => format!("cluster = \"c{}\"\n", dice.below(clusters)),
                1 => "tier = \"namespace\"\n".to_owned(),
                _ => "nodes = \"dedicated\"\n".to_owned(),
            },
            dice.pick(&["11-22", "11-23", "12-31"]),
        );
    }
    if dice.one_in(6) {
        let _ = writeln!(
            text,
            "[[exception]]\ntenant = \"t{number}\"\nrule = \"{}\"\nowner = \"team\"\nreason = \"for now\"\nuntil = 2026-{}",
            dice.pick(&[
                "trust",
                "crds",
                "disruption",
                "residency",
                "scale",
                "isolation",
                "support",
                "version",
                "kernel"
            ]),
            dice.pick(&["11-22", "11-23", "12-31"]),
        );
    }
}
