//! Generated fleets: small inventories in which every rule has something to say, one per seed.

use std::fmt::Write as _;

pub use crate::dice::Dice;

/// The inventory of a seed, as one TOML file.
pub fn fleet(seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text = String::new();
    head(&mut text, &mut dice);
    let residencies = ["eu", "us"];
    for number in 0..2 + dice.below(3) {
        cluster(&mut text, &mut dice, number, residencies[number % 2]);
    }
    for residency in residencies {
        class(&mut text, &mut dice, residency);
    }
    let tenants = 3 + dice.below(5);
    for number in 0..tenants {
        tenant(&mut text, &mut dice, number, tenants);
    }
    text
}

fn head(text: &mut String, dice: &mut Dice) {
    let hostile = dice.pick(&[
        "[\"cluster\", \"vcluster/private\", \"vcluster/sandboxed\"]",
        "[\"cluster\", \"vcluster/sandboxed\"]",
        "[\"cluster\"]",
    ]);
    let _ = write!(
        text,
        "[fleet]\nname = \"generated\"\ndate = 2026-11-23\n[policy]\nheadroom = {}\nsurvive_zone_loss = {}\n\
         horizon_quarters = {}\npayback_months = {}\nmax_tenant_share = {}\nmax_importance_share = {}\n\
         separate_environments = {}\ncrds = \"{}\"\nhostile = {hostile}\nshare_sandboxes = {}\n\
         toil = {{ cluster = {}, vcluster = 60.0, namespace = 10.0 }}\n\
         once = {{ move = 40.01, open = 150.0, close = 50.07 }}\n\
         [vcluster]\nedition = \"{}\"\nprice = {}\nallow_unlisted_pairs = {}\n",
        dice.pick(&["0.0", "0.15", "0.3"]),
        dice.one_in(4),
        dice.below(5),
        dice.pick(&[1, 7, 12]),
        dice.pick(&["0.2", "0.5", "1.0"]),
        dice.pick(&["0.5", "0.8", "1.0"]),
        dice.one_in(2),
        dice.pick(&["platform", "tenants"]),
        dice.one_in(2),
        dice.pick(&["45.0", "450.0"]),
        dice.pick(&["oss", "free"]),
        dice.pick(&["0.0", "12.5"]),
        dice.one_in(2),
    );
}

fn pools(text: &mut String, dice: &mut Dice, table: &str) {
    let _ = write!(
        text,
        "[[{table}.pool]]\nname = \"general\"\nnode = {{ cpu = \"15890m\", memory = \"60Gi\", pods = 110 }}\n\
         daemonsets = {{ cpu = \"300m\", memory = \"600Mi\", pods = 6 }}\nprice = 0.768\n\
         nodes = {{ min = {}, max = {} }}\nzones = {}\nkernel = \"6.8\"\nmodules = [\"wireguard\"]\nprivate = {}\n",
        dice.below(3),
        5 + dice.below(30),
        2 + dice.below(2),
        dice.one_in(2),
    );
    if dice.one_in(2) {
        let _ = write!(
            text,
            "[[{table}.pool]]\nname = \"gpu\"\nnode = {{ cpu = \"7910m\", memory = \"29Gi\", pods = 58, gpu = 1 }}\n\
             price = 0.98\nnodes = {{ max = 6 }}\nzones = 2\ngpu = \"nvidia-l4\"\n",
        );
    }
    if dice.one_in(2) {
        let _ = write!(
            text,
            "[[{table}.pool]]\nname = \"sandbox\"\nnode = {{ cpu = \"15\", memory = \"56Gi\", pods = 80 }}\n\
             price = 0.8\nnodes = {{ max = 8 }}\nzones = 2\nruntime = \"gvisor\"\n",
        );
    }
}

fn offer(text: &mut String, dice: &mut Dice, residency: &str) {
    let _ = write!(
        text,
        "provider = \"{}\"\nresidency = \"{residency}\"\ncontrol_plane = {{ price = 0.10, disruption = \"{}\" }}\n\
         audit_log = {}\nsecrets_encryption = {}\nattestations = [{}]\n\
         prices = {{ storage = 0.09, load_balancer = 0.025 }}\nlimits = {{ pods = {}, tenants = {} }}\n",
        dice.pick(&["eks", "gke", "aks"]),
        dice.pick(&["30s", "5m"]),
        !dice.one_in(3),
        !dice.one_in(3),
        dice.pick(&["", "\"pci-dss\"", "\"hipaa\", \"pci-dss\""]),
        dice.pick(&[400, 3000]),
        dice.pick(&[4, 50]),
    );
}

fn cluster(text: &mut String, dice: &mut Dice, number: usize, residency: &str) {
    let _ = write!(
        text,
        "[[cluster]]\nname = \"c{number}\"\nregion = \"r-{residency}\"\nkubernetes = \"1.{}\"\ntenancy = \"{}\"\nmay_close = {}\n",
        dice.pick(&[32, 34, 35, 36]),
        if dice.one_in(4) { "dedicated" } else { "shared" },
        dice.one_in(2),
    );
    offer(text, dice, residency);
    pools(text, dice, "cluster");
}

fn class(text: &mut String, dice: &mut Dice, residency: &str) {
    let _ = write!(
        text,
        "[[class]]\nname = \"k-{residency}\"\nregions = [\"r-{residency}\", \"other\"]\nkubernetes = [{}]\nopen_at_most = {}\n",
        dice.pick(&["\"1.35\", \"1.36\"", "\"1.36\""]),
        1 + dice.below(3),
    );
    offer(text, dice, residency);
    pools(text, dice, "class");
}

fn tenant(text: &mut String, dice: &mut Dice, number: usize, tenants: usize) {
    let _ = write!(
        text,
        "[[tenant]]\nname = \"t{number}\"\nteam = \"team\"\nenvironment = \"{}\"\ntrust = \"{}\"\ngrowth = {}\nimportance = {}\n\
         namespaces = {}\nhigh_availability = {}\n",
        dice.pick(&["production", "production", "test"]),
        dice.pick(&["soft", "soft", "soft", "hardened", "hostile"]),
        dice.pick(&["0.0", "0.05", "-0.1", "0.333333"]),
        1 + dice.below(4),
        1 + dice.below(3),
        dice.one_in(5),
    );
    let mut sometimes = |line: &str, chances: usize| {
        if dice.one_in(chances) {
            let _ = writeln!(text, "{line}");
        }
    };
    sometimes("kubernetes = \">=1.34, <1.36\"", 4);
    sometimes("regulation = [\"pci-dss\"]", 7);
    // Sites say by themselves where a tenant may live.
    if number.is_multiple_of(3) {
        sometimes("residency = [\"eu\"]", 2);
    } else {
        sometimes("sites = [\"eu\", \"us\"]", 5);
    }
    sometimes("disruption = \"1m\"", 5);
    sometimes("max_neighbours = 2", 6);
    sometimes("isolation = \"dedicated\"", 7);
    sometimes(&format!("crds = [\"things.example.io/v{}\"]", 1 + number % 2), 3);
    // Pairs look back, so that nobody is near who is apart.
    if number > 0 {
        sometimes(&format!("apart = [\"t{}\"]", number - 1), 6);
    }
    if number > 1 && number + 1 == tenants {
        sometimes("near = [\"t0\"]", 3);
    }
    if dice.one_in(4) {
        let _ = write!(
            text,
            "[[tenant.workload]]\nname = \"web\"\ndemand = {{ cpu = \"{}\", memory = \"9Gi\", pods = 30, load_balancers = 1 }}\n\
             [[tenant.workload]]\nname = \"jobs\"\ndemand = {{ cpu = \"3\", memory = \"7Gi\", pods = 9, gpu = {} }}\n",
            1 + dice.below(20),
            dice.below(2),
        );
    } else {
        let _ = writeln!(
            text,
            "demand = {{ cpu = \"{}m\", memory = \"{}Gi\", pods = {}, storage = \"{}Gi\", services = 3 }}",
            100 + dice.below(40_000),
            1 + dice.below(120),
            1 + dice.below(150),
            dice.below(200),
        );
    }
    if dice.one_in(4) {
        let _ = writeln!(
            text,
            "[[exception]]\ntenant = \"t{number}\"\nrule = \"{}\"\nowner = \"team\"\nreason = \"for now\"\nuntil = 2026-{}",
            dice.pick(&["trust", "crds", "disruption", "residency", "scale", "isolation", "support", "version"]),
            dice.pick(&["11-22", "11-23", "12-31"]),
        );
    }
}
