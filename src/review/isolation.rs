//! Check `isolation`: a home is at least as isolated as its tenant asks.

use super::Found;
use super::ground::Case;
use super::scene::Scene;

pub fn check(scene: &Scene<'_>, found: &mut Found) {
    for home in scene.bound_by("isolation").filter(|home| !allows(&scene.case(home))) {
        let message = format!(
            "{} asks for isolation `{}` and has `{}`",
            home.words(),
            home.tenant.isolation,
            home.form.isolation()
        );
        found.finding("isolation", message, Some(home.tenant.at.of("isolation")));
    }
}

/// True where the home is isolated enough.
pub fn allows(case: &Case<'_>) -> bool {
    case.form.isolation() >= case.tenant.isolation
}
