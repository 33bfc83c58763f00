//! The gate: TOML text in, a believed inventory or every fault at once out. No disk, no clock.

use super::Inventory;
use super::believe::believe;
use super::written::file::Written;
use crate::vocab::calendar::Date;
use crate::vocab::diagnostic::{Diagnostic, Sources};

/// What came of reading an inventory.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The inventory; none where there is any error.
    pub inventory: Option<Inventory>,
    /// Errors and warnings, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files, for snippets.
    pub sources: Sources,
}

/// Reads an inventory from `files`, each a path and its bytes. Their order does not matter.
///
/// The planning date is `date` where one is given, else the one that `[fleet]` fixes, else `today`.
///
/// ```
/// let text = r#"
/// [fleet]
/// name = "acme"
///
/// [[cluster]]
/// name = "eu-1"
/// provider = "eks"
/// region = "eu-west-1"
/// residency = "eu"
/// kubernetes = "1.35"
/// tenancy = "shared"
/// control_plane = { price = 0.10, disruption = "5m" }
/// [[cluster.pool]]
/// name = "general"
/// node = { cpu = "15890m", memory = "60Gi", pods = 110 }
/// price = 0.768
/// nodes = { min = 3, max = 60 }
///
/// [[tenant]]
/// name = "checkout"
/// team = "payments"
/// demand = { cpu = "12", memory = "48Gi", pods = 120 }
/// "#;
/// let today = "2026-11-23".parse().expect("a date");
/// let reading = fleetplan::inventory::read(vec![("fleet.toml".into(), text.into())], None, today);
/// let inventory = reading.inventory.expect("no faults");
/// assert_eq!(inventory.tenants[0].name.as_str(), "checkout");
/// assert_eq!(inventory.clusters[0].offer.pools[0].node.cpu, 15_890);
/// ```
#[must_use]
pub fn read(files: Vec<(String, Vec<u8>)>, date: Option<Date>, today: Date) -> Reading {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let written = Written::read(files, &mut sources, &mut diagnostics);
    let inventory = believe(written, date, today, sources.clone(), &mut diagnostics);
    sort(&mut diagnostics);
    Reading { inventory, diagnostics, sources }
}

/// True for a finding that a file which could not be read may explain: what it would have said is not missing, it is
/// unread. [`read`] leaves these out itself where it was given such a file; this is for files that it never saw.
#[must_use]
pub fn follows_from_unread(diagnostic: &Diagnostic) -> bool {
    const CODES: [&str; 9] = [
        "empty-inventory",
        "missing-table",
        "no-clusters",
        "no-tenants",
        "unknown-cluster",
        "unknown-regime",
        "unknown-residency",
        "unknown-team",
        "unknown-tenant",
    ];
    CODES.contains(&diagnostic.code)
}

/// By file and position; those without a place last.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    let place = |diagnostic: &Diagnostic| diagnostic.primary.as_ref().map_or((1, None), |label| (0, Some(label.span)));
    diagnostics.sort_by(|a, b| (place(a), a.code, &a.message).cmp(&(place(b), b.code, &b.message)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::facts::SupportPhase;
    use crate::inventory::{Edition, Provider, Runtime, Trust, Verdict};
    use crate::vocab::money::Money;
    use crate::vocab::resources::Resources;
    use crate::vocab::tier::{Isolation, Tenancy};
    use crate::vocab::version::Minor;

    const EXAMPLE: &str = include_str!("../../tests/inventories/product.toml");

    fn example() -> Inventory {
        let reading = read(vec![("a.toml".into(), EXAMPLE.into())], None, "2020-01-01".parse().unwrap());
        assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
        reading.inventory.unwrap()
    }

    #[test]
    fn the_contracts_example_is_believed_as_it_is_written() {
        let inventory = example();
        assert_eq!(inventory.fleet.date.to_string(), "2026-11-23");
        assert_eq!(inventory.fleet.gitops.repository, "https://git.acme.example/fleet.git");
        assert_eq!(inventory.vcluster.edition, Edition::Oss);
        let [cluster] = &inventory.clusters[..] else { panic!("one cluster") };
        assert_eq!(cluster.kubernetes, Minor(35));
        assert_eq!(cluster.offer.control_plane.price, Money::whole(73));
        assert_eq!(cluster.offer.limits.tenants, 200);
        assert_eq!(cluster.offer.limits.namespaces, 10_000);
        assert_eq!(cluster.offer.limits.pod_addresses, 30_000, "as many as pods, unless they are written");
        let pool = &cluster.offer.pools[0];
        assert_eq!(pool.raw(), Resources { cpu: 15_590, memory: 60_840, pods: 104, gpu: 0 });
        assert_eq!((pool.min, pool.max, pool.zones, pool.runtime), (3, 60, 3, Runtime::Runc));
        assert_eq!(inventory.classes[0].tenancy, [Tenancy::Shared, Tenancy::Dedicated]);
        let (_, checkout) = inventory.tenant(&"checkout".parse().unwrap()).unwrap();
        assert_eq!((checkout.trust, checkout.isolation), (Trust::Hardened, Isolation::Dedicated));
        assert_eq!(checkout.workloads[0].kernel.version, [6, 3]);
        assert_eq!(inventory.place(checkout.at.of("demand.cpu")).to_string(), "a.toml:108:18");
    }

    #[test]
    fn demand_is_grown_over_the_horizon_and_rounded_up_once() {
        let inventory = example();
        let (_, checkout) = inventory.tenant(&"checkout".parse().unwrap()).unwrap();
        let planned = checkout.workloads[0].planned;
        // 12 CPU, 48Gi, 120 pods and 500Gi, each × 1.05^4 = 1.21550625.
        assert_eq!(planned.resources, Resources { cpu: 14_587, memory: 59_745, pods: 146, gpu: 0 });
        assert_eq!((planned.storage, planned.load_balancers, planned.services), (608, 2, 2));
    }

    #[test]
    fn the_command_lines_date_wins_over_the_inventorys_and_today_is_the_last_resort() {
        let date = |text: &str, given: Option<&str>| {
            let today = "2020-01-01".parse().unwrap();
            let reading = read(vec![("a.toml".into(), text.into())], given.map(|day| day.parse().unwrap()), today);
            reading.inventory.unwrap().fleet.date.to_string()
        };
        assert_eq!(date(EXAMPLE, None), "2026-11-23");
        assert_eq!(date(EXAMPLE, Some("2026-12-01")), "2026-12-01");
        assert_eq!(date(&EXAMPLE.replace("date = 2026-11-23", ""), None), "2020-01-01");
    }

    #[test]
    fn comments_and_the_cut_into_files_do_not_change_the_fingerprint_and_a_figure_does() {
        let print = |files: Vec<(String, Vec<u8>)>| {
            read(files, None, "2020-01-01".parse().unwrap()).inventory.unwrap().fingerprint()
        };
        let (head, tail) = EXAMPLE.split_at(EXAMPLE.find("[[tenant]]").unwrap());
        let whole = print(vec![("a.toml".into(), EXAMPLE.into())]);
        assert_eq!(
            print(vec![("z.toml".into(), head.into()), ("b.toml".into(), format!("# moved\n{tail}").into())]),
            whole
        );
        assert_ne!(print(vec![("a.toml".into(), EXAMPLE.replace("0.768", "0.769").into())]), whole);
        assert_eq!(whole.len(), 64);
    }

    #[test]
    fn shipped_regimes_stand_unless_an_inventory_replaces_them() {
        let inventory = example();
        let names: Vec<_> = inventory.regulations.iter().map(|regime| regime.name.as_str()).collect();
        assert_eq!(names, ["fedramp-high", "hipaa", "pci-dss", "soc2"]);
        assert!(inventory.regulations[0].at.is_none());
        assert!(inventory.regulations[2].at.is_some(), "the example writes its own pci-dss");
    }

    #[test]
    fn an_inventory_overrides_shipped_facts() {
        let own = "[calendar.eks]\n\"1.35\" = { standard = 2026-01-01 }\n[extended_price]\neks = 1\n[[pair]]\nhost = \"1.33\"\ntenant = \"1.33\"\nverdict = \"tested\"\n[overhead.small]\ncpu = \"1\"\n[default_limits.eks]\nservices = 77\n";
        let files = vec![("a.toml".into(), EXAMPLE.into()), ("facts.toml".into(), own.into())];
        let inventory = read(files, None, "2020-01-01".parse().unwrap()).inventory.unwrap();
        let facts = &inventory.facts;
        let day = inventory.fleet.date;
        assert_eq!(facts.support(Provider::Eks, Minor(35), day), SupportPhase::Ended);
        assert_eq!(facts.extended_price[&Provider::Eks], Money::whole(730));
        assert_eq!(facts.pair(Minor(33), Minor(33)), Verdict::Tested);
        assert_eq!((facts.small.resources.cpu, facts.small.resources.memory), (1000, 320));
        assert_eq!(inventory.clusters[0].offer.limits.services, 77);
    }
}
