//! Units that must share a cluster: `near` as groups, site by site.

use petgraph::unionfind::UnionFind;
use std::collections::HashMap;

use crate::rules::setting::Setting;
use crate::vocab::name::TenantName;

/// A group number for every unit, in the order of [`Setting::units`]; units of one group share a cluster. Groups are numbered by their first unit.
#[must_use]
pub fn near_groups(setting: &Setting<'_>) -> Vec<usize> {
    let mut of_tenant: HashMap<&TenantName, Vec<usize>> = HashMap::new();
    for (index, unit) in setting.units.iter().enumerate() {
        of_tenant.entry(&unit.tenant.name).or_default().push(index);
    }
    let mut joined = UnionFind::new(setting.units.len());
    for (index, unit) in setting.units.iter().enumerate() {
        for other in unit.tenant.near.iter().filter_map(|name| of_tenant.get(name)).flatten() {
            let (mine, theirs) = (unit.site, setting.units[*other].site);
            if mine.is_none() || theirs.is_none() || mine == theirs {
                joined.union(index, *other);
            }
        }
    }
    let mut first: HashMap<usize, usize> = HashMap::new();
    (0..setting.units.len()).map(|index| *first.entry(joined.find(index)).or_insert(index)).collect()
}
