//! Check `support`: nobody moves onto a minor that is past every support. Who lives there already is a note.

use super::Found;
use super::scene::Scene;
use crate::inventory::facts::SupportPhase;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("support") {
        let host = scene.host(home);
        match host.ground.phase {
            SupportPhase::Standard | SupportPhase::Extended => continue,
            SupportPhase::Ended => {}
        }
        let stays = scene.today(home).is_some_and(|before| before.cluster == *host.name());
        let message =
            format!("cluster `{}` runs {}, which is past every support", host.name(), host.planned.kubernetes);
        let span = Some(host.at.of("kubernetes"));
        if stays || scene.is_blind() {
            found.note("support", format!("{} lives on: {message}", home.words()), span);
        } else {
            found.finding("support", format!("{} is new there: {message}", home.words()), span);
        }
    }
}
