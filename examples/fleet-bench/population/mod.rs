//! Synthetic fleets for the benchmark: a population, a size and a seed flow in; an inventory as TOML flows out, and the plan that says
//! where its tenants live today. The same three always make the same fleet.
//!
//! The shares are those of the default population: regions eu, us, ap at 50, 35, 15 %, 15 % of tenants free of region; no regime, PCI, HIPAA,
//! both at 95, 2, 2, 1 %; soft, hardened, hostile at 77, 20, 3 %; nodes of six kinds; windows of one to four of four minors; CPU log-normal,
//! memory and pods in proportion to it; 2 % huge; 25 % with custom resource definitions; 30 % highly available, 15 % important, 4 % strict;
//! apart pairs 2 % of the tenants; 85 % live somewhere already, placed by a sloppy first fit.
//!
//! What that leaves open is settled so: a highly available tenant tolerates five minutes without a control plane, which only clusters with a dearer
//! one keep, and its vcluster runs three replicas; a strict one tolerates half a minute, which only a cluster of its own keeps. An important tenant
//! weighs ten. A GPU stands for twelve cores. What no pool could hold is cut to three quarters of a pool.

mod first_fit;
mod offers;
mod tenants;
mod write;

#[path = "../../../tests/dice/mod.rs"]
pub mod dice;

use fleetplan::inventory::Inventory;
use fleetplan::plan::Plan;

use first_fit::Today;

/// Which population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The default one.
    Mixed,
    /// Every tenant asks for the same.
    Alike,
    /// Nobody asks for a GPU.
    NoGpus,
    /// Nothing exists and nobody lives anywhere.
    Greenfield,
    /// Everybody lives somewhere, packed by decreasing size.
    Settled,
    /// Everybody in one region.
    OneRegion,
    /// 80 % bring definitions, five of them in three versions; apart pairs 20 % of the tenants.
    Conflicts,
    /// Every tenant is huge, so that few fill a cluster.
    Huge,
}

impl Kind {
    /// Every population by name.
    pub const ALL: [(&'static str, Self); 8] = [
        ("mixed", Self::Mixed),
        ("alike", Self::Alike),
        ("no-gpus", Self::NoGpus),
        ("greenfield", Self::Greenfield),
        ("settled", Self::Settled),
        ("one-region", Self::OneRegion),
        ("conflicts", Self::Conflicts),
        ("huge", Self::Huge),
    ];
}

/// A fleet.
pub struct Fleet {
    /// The inventory's files, each a path and its text.
    pub files: Vec<(String, String)>,
    today: Option<Today>,
}

impl Fleet {
    /// The fleet of a population, a size and a seed.
    #[must_use]
    pub fn new(kind: Kind, size: usize, seed: u64) -> Self {
        let mut dice = dice::Dice(seed ^ 0x000f_1ee7);
        let tenants = tenants::draw(kind, size, &mut dice);
        let today = (kind != Kind::Greenfield).then(|| first_fit::place(kind, &tenants, &mut dice));
        let files = write::files(kind, &tenants, today.as_ref());
        Self { files, today }
    }

    /// The plan that says where tenants live today, for an inventory that was read from [`Fleet::files`]. Its money is not worked out.
    #[must_use]
    pub fn today(&self, inventory: &Inventory) -> Option<Plan> {
        self.today.as_ref().map(|today| write::plan(inventory, today))
    }
}
