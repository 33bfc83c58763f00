//! Images: one string in legacy charts, registry, repository and tag in unified ones.

use super::node::Node;

/// An image, cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Image<'a> {
    /// `registry.k8s.io`; none for Docker Hub's short names.
    pub registry: Option<&'a str>,
    /// `rancher/k3s`.
    pub repository: &'a str,
    /// `v1.27.6-k3s1`, or a digest with its `sha256:`.
    pub tag: Option<&'a str>,
}

/// Cuts an image as container runtimes do: a first part with a dot, a port or `localhost` is a registry.
pub(super) fn split(image: &str) -> Image<'_> {
    let is_registry = |part: &str| part.contains('.') || part.contains(':') || part == "localhost";
    let (registry, rest) = match image.split_once('/') {
        Some((first, rest)) if is_registry(first) => (Some(first), rest),
        Some(_) | None => (None, image),
    };
    let (repository, tag) = match rest.rsplit_once(':') {
        Some((repository, tag)) => (repository, Some(tag)),
        None => (rest, None),
    };
    Image { registry, repository, tag }
}

/// One string of a map with registry, repository and tag; a string stays.
pub(super) fn join(node: &Node) -> String {
    let part = |key: &str| node.get(key).and_then(Node::text).filter(|text| !text.is_empty());
    if let Some(text) = node.text() {
        return text.to_owned();
    }
    let registry = part("registry").map_or_else(String::new, |registry| format!("{registry}/"));
    let tag = part("tag").map_or_else(String::new, |tag| format!(":{tag}"));
    format!("{registry}{}{tag}", part("repository").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_cut_where_container_runtimes_cut_it() {
        let cut = |image| {
            let Image { registry, repository, tag } = split(image);
            (registry, repository, tag)
        };
        assert_eq!(cut("rancher/k3s:v1.27.6-k3s1"), (None, "rancher/k3s", Some("v1.27.6-k3s1")));
        assert_eq!(cut("registry.k8s.io/etcd:3.5.9-0"), (Some("registry.k8s.io"), "etcd", Some("3.5.9-0")));
        assert_eq!(cut("localhost:5000/a/b"), (Some("localhost:5000"), "a/b", None));
        assert_eq!(cut("alpine"), (None, "alpine", None));
    }
}
