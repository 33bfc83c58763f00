//! Check `isolation`: a home is at least as isolated as its tenant asks.

use super::Found;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("isolation").filter(|home| home.form.isolation() < home.tenant.isolation) {
        let message = format!(
            "{} asks for isolation `{}` and has `{}`",
            home.words(),
            home.tenant.isolation,
            home.form.isolation()
        );
        found.finding("isolation", message, Some(home.tenant.at.of("isolation")));
    }
}
