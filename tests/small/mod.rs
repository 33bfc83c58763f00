//! The smallest inventory that tests change words of: a fleet, a cluster that exists, and a tenant.

pub const FLEET: &str = "[fleet]\nname = \"acme\"\n";

pub const CLUSTER: &str = r#"
[[cluster]]
name = "eu-1"
provider = "eks"
region = "eu-west-1"
residency = "eu"
kubernetes = "1.35"
control_plane = { price = 0.10, disruption = "5m" }
[[cluster.pool]]
name = "general"
node = { cpu = "15890m", memory = "60Gi", pods = 110 }
daemonsets = { cpu = "300m", memory = "600Mi", pods = 6 }
price = 0.768
nodes = { min = 3, max = 60 }
zones = 3
"#;

pub const SHOP: &str = r#"
[[tenant]]
name = "shop"
team = "web"
demand = { cpu = "2", memory = "4Gi", pods = 10 }
"#;
