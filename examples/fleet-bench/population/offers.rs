//! What the fleet can be made of: regions, minors, the five pools of every cluster, and the three kinds of clusters.

/// Regions with their share in percent.
pub const REGIONS: [(&str, usize); 3] = [("eu", 50), ("us", 35), ("ap", 15)];

/// Minors that clusters run. All four are in standard support on the planning date.
pub const MINORS: [u16; 4] = [33, 34, 35, 36];

/// The most pods of a cluster.
pub const CLUSTER_PODS: u64 = 5_000;

/// The share of a node that headroom leaves, in percent.
pub const USABLE_PERCENT: u64 = 85;

/// A pool that every cluster and class has.
pub struct Shape {
    pub name: &'static str,
    /// Millicores of a node.
    pub cpu: u64,
    /// MiB of a node.
    pub memory: u64,
    /// Pods of a node.
    pub pods: u64,
    /// GPUs of a node.
    pub gpu: u64,
    /// Price of a node per hour: 380, 380, 3,100, 7,800 and 610 a month.
    pub price: &'static str,
    /// The most nodes of a cluster.
    pub most: u64,
    /// What tells it apart, as TOML.
    pub traits: &'static str,
    /// Whether its nodes may be joined to a vcluster.
    pub private: bool,
}

/// The pools, plain Linux first.
pub const SHAPES: [Shape; 5] = [
    shape("standard", 16, 0, "0.520548", 60, "kernel = \"6.8\"\nmodules = [\"wireguard\"]", true),
    shape("hardened", 16, 0, "0.520548", 60, "kernel = \"6.8\"\nmodules = [\"lkrg\"]", true),
    shape("gpu-small", 48, 4, "4.246575", 24, "kernel = \"6.8\"\ngpu = \"nvidia-l4\"", true),
    shape("gpu-large", 96, 8, "10.684932", 24, "kernel = \"6.8\"\ngpu = \"nvidia-l40s\"", true),
    shape("windows", 16, 0, "0.835616", 24, "os = \"windows\"", false),
];

const fn shape(
    name: &'static str,
    cores: u64,
    gpu: u64,
    price: &'static str,
    most: u64,
    traits: &'static str,
    private: bool,
) -> Shape {
    Shape { name, cpu: cores * 1_000, memory: cores * 4 * 1_024, pods: 110, gpu, price, most, traits, private }
}

/// A kind of cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Make {
    /// For many, with a plain control plane: 73 a month, fifteen minutes of planned outage.
    Plain,
    /// For many, with a highly available control plane: 219 a month, two minutes. Attested.
    Available,
    /// For one, with a highly available control plane that is switched over in twenty seconds. Attested.
    Own,
}

impl Make {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Available, Self::Own];

    /// The word in names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Available => "available",
            Self::Own => "own",
        }
    }

    /// `shared` or `dedicated`.
    pub const fn tenancy(self) -> &'static str {
        match self {
            Self::Plain | Self::Available => "shared",
            Self::Own => "dedicated",
        }
    }

    /// Price per hour and planned outage of the control plane.
    pub const fn control_plane(self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => ("0.10", "15m"),
            Self::Available => ("0.30", "2m"),
            Self::Own => ("0.30", "20s"),
        }
    }

    /// What it is attested for.
    pub const fn attestations(self) -> &'static str {
        match self {
            Self::Plain => "[\"soc2\"]",
            Self::Available | Self::Own => "[\"soc2\", \"hipaa\", \"pci-dss\"]",
        }
    }
}
