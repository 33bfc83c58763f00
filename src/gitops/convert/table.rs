//! Keys of the legacy charts and what they are called in chart 0.20, both ways.

use crate::inventory::Distro;

/// How a value changes with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Not at all.
    Same,
    /// `disabled: "true"` there, `enabled: false` here.
    Opposite,
    /// A trailing slash there, none here.
    Registry,
    /// `a=b,c=d` there, a map here.
    Labels,
    /// One string there; registry, repository and tag here.
    Image,
}

use Turn::{Image, Labels, Opposite, Registry, Same};

/// Key there, key here, how its value changes.
pub(super) type Row = (&'static str, &'static str, Turn);

/// The rows of a distribution's chart, in an order in which none hides another.
pub(super) fn rows(distro: Distro) -> impl Iterator<Item = &'static Row> {
    let own = match distro {
        Distro::K3s => K3S,
        Distro::K8s => K8S,
    };
    BOTH.iter().chain(own)
}

const BOTH: &[Row] = &[
    ("defaultImageRegistry", "controlPlane.advanced.defaultImageRegistry", Registry),
    ("globalAnnotations", "controlPlane.advanced.globalMetadata.annotations", Same),
    ("headless", "experimental.isolatedControlPlane.headless", Same),
    ("fallbackHostDns", "networking.advanced.fallbackHostCluster", Same),
    ("mapServices.fromVirtual", "networking.replicateServices.toHost", Same),
    ("mapServices.fromHost", "networking.replicateServices.fromHost", Same),
    ("serviceAccount.create", "controlPlane.advanced.serviceAccount.enabled", Same),
    ("serviceAccount.name", "controlPlane.advanced.serviceAccount.name", Same),
    ("serviceAccount.imagePullSecrets", "controlPlane.advanced.serviceAccount.imagePullSecrets", Same),
    ("workloadServiceAccount.annotations", "controlPlane.advanced.workloadServiceAccount.annotations", Same),
    ("rbac.role.create", "rbac.role.enabled", Same),
    ("rbac.role.extraRules", "rbac.role.extraRules", Same),
    ("rbac.clusterRole.create", "rbac.clusterRole.enabled", Same),
    ("rbac.clusterRole.extraRules", "rbac.clusterRole.extraRules", Same),
    ("service.type", "controlPlane.service.spec.type", Same),
    ("service.externalIPs", "controlPlane.service.spec.externalIPs", Same),
    ("service.externalTrafficPolicy", "controlPlane.service.spec.externalTrafficPolicy", Same),
    ("service.loadBalancerIP", "controlPlane.service.spec.loadBalancerIP", Same),
    ("service.loadBalancerSourceRanges", "controlPlane.service.spec.loadBalancerSourceRanges", Same),
    ("service.loadBalancerClass", "controlPlane.service.spec.loadBalancerClass", Same),
    ("ingress.enabled", "controlPlane.ingress.enabled", Same),
    ("ingress.host", "controlPlane.ingress.host", Same),
    ("ingress.pathType", "controlPlane.ingress.pathType", Same),
    ("ingress.annotations", "controlPlane.ingress.annotations", Same),
    ("ingress.ingressClassName", "controlPlane.ingress.spec.ingressClassName", Same),
    ("ingress.tls", "controlPlane.ingress.spec.tls", Same),
    ("coredns.enabled", "controlPlane.coredns.enabled", Same),
    ("coredns.replicas", "controlPlane.coredns.deployment.replicas", Same),
    ("coredns.resources", "controlPlane.coredns.deployment.resources", Same),
    ("coredns.nodeSelector", "controlPlane.coredns.deployment.nodeSelector", Same),
    ("coredns.image", "controlPlane.coredns.deployment.image", Same),
    ("coredns.podAnnotations", "controlPlane.coredns.deployment.pods.annotations", Same),
    ("coredns.podLabels", "controlPlane.coredns.deployment.pods.labels", Same),
    ("coredns.config", "controlPlane.coredns.overwriteConfig", Same),
    ("coredns.manifests", "controlPlane.coredns.overwriteManifests", Same),
    ("coredns.service.type", "controlPlane.coredns.service.spec.type", Same),
    ("coredns.service.externalIPs", "controlPlane.coredns.service.spec.externalIPs", Same),
    ("coredns.service.externalTrafficPolicy", "controlPlane.coredns.service.spec.externalTrafficPolicy", Same),
    ("coredns.service.annotations", "controlPlane.coredns.service.annotations", Same),
    ("isolation.podSecurityStandard", "policies.podSecurityStandard", Same),
    ("isolation.resourceQuota", "policies.resourceQuota", Same),
    ("isolation.limitRange", "policies.limitRange", Same),
    ("isolation.networkPolicy", "policies.networkPolicy", Same),
    ("init.manifests", "experimental.deploy.vcluster.manifests", Same),
    ("init.manifestsTemplate", "experimental.deploy.vcluster.manifestsTemplate", Same),
    ("init.helm", "experimental.deploy.vcluster.helm", Same),
    ("multiNamespaceMode.enabled", "experimental.multiNamespaceMode.enabled", Same),
    ("telemetry.disabled", "telemetry.enabled", Opposite),
    ("sync.services.enabled", "sync.toHost.services.enabled", Same),
    ("sync.configmaps", "sync.toHost.configMaps", Same),
    ("sync.secrets", "sync.toHost.secrets", Same),
    ("sync.endpoints.enabled", "sync.toHost.endpoints.enabled", Same),
    ("sync.pods.enabled", "sync.toHost.pods.enabled", Same),
    ("sync.events.enabled", "sync.fromHost.events.enabled", Same),
    ("sync.persistentvolumeclaims.enabled", "sync.toHost.persistentVolumeClaims.enabled", Same),
    ("sync.ingresses.enabled", "sync.toHost.ingresses.enabled", Same),
    ("sync.ingressclasses.enabled", "sync.fromHost.ingressClasses.enabled", Same),
    ("sync.nodes.enabled", "sync.fromHost.nodes.enabled", Same),
    ("sync.nodes.syncAllNodes", "sync.fromHost.nodes.selector.all", Same),
    ("sync.nodes.nodeSelector", "sync.fromHost.nodes.selector.labels", Labels),
    ("sync.nodes.syncNodeChanges", "sync.fromHost.nodes.syncBackChanges", Same),
    ("sync.nodes.fakeKubeletIPs", "networking.advanced.proxyKubelets.byIP", Same),
    ("sync.nodes.enableScheduler", "controlPlane.advanced.virtualScheduler.enabled", Same),
    ("sync.persistentvolumes.enabled", "sync.toHost.persistentVolumes.enabled", Same),
    ("sync.storageclasses.enabled", "sync.toHost.storageClasses.enabled", Same),
    ("sync.hoststorageclasses.enabled", "sync.fromHost.storageClasses.enabled", Same),
    ("sync.priorityclasses.enabled", "sync.toHost.priorityClasses.enabled", Same),
    ("sync.networkpolicies.enabled", "sync.toHost.networkPolicies.enabled", Same),
    ("sync.volumesnapshots.enabled", "sync.toHost.volumeSnapshots.enabled", Same),
    ("sync.poddisruptionbudgets.enabled", "sync.toHost.podDisruptionBudgets.enabled", Same),
    ("sync.serviceaccounts.enabled", "sync.toHost.serviceAccounts.enabled", Same),
    ("proxy.metricsServer.nodes.enabled", "integrations.metricsServer.nodes", Same),
    ("proxy.metricsServer.pods.enabled", "integrations.metricsServer.pods", Same),
    ("syncer.image", "controlPlane.statefulSet.image", Image),
    ("syncer.env", "controlPlane.statefulSet.env", Same),
    ("syncer.extraVolumeMounts", "controlPlane.statefulSet.persistence.addVolumeMounts", Same),
    ("syncer.livenessProbe.enabled", "controlPlane.statefulSet.probes.livenessProbe.enabled", Same),
    ("syncer.readinessProbe.enabled", "controlPlane.statefulSet.probes.readinessProbe.enabled", Same),
    ("syncer.kubeConfigContextName", "exportKubeConfig.context", Same),
    ("syncer.serviceAnnotations", "controlPlane.service.annotations", Same),
];

const K3S: &[Row] = &[
    ("vcluster.image", "controlPlane.distro.k3s.image", Image),
    ("vcluster.env", "controlPlane.distro.k3s.env", Same),
    ("vcluster.extraArgs", "controlPlane.distro.k3s.extraArgs", Same),
    ("vcluster.resources", "controlPlane.statefulSet.resources", Same),
    ("storage.persistence", "controlPlane.statefulSet.persistence.volumeClaim.enabled", Same),
    ("storage.size", "controlPlane.statefulSet.persistence.volumeClaim.size", Same),
    ("storage.className", "controlPlane.statefulSet.persistence.volumeClaim.storageClass", Same),
    ("volumes", "controlPlane.statefulSet.persistence.addVolumes", Same),
    ("replicas", "controlPlane.statefulSet.highAvailability.replicas", Same),
    ("nodeSelector", "controlPlane.statefulSet.scheduling.nodeSelector", Same),
    ("affinity", "controlPlane.statefulSet.scheduling.affinity", Same),
    ("tolerations", "controlPlane.statefulSet.scheduling.tolerations", Same),
    ("priorityClassName", "controlPlane.statefulSet.scheduling.priorityClassName", Same),
    ("labels", "controlPlane.statefulSet.labels", Same),
    ("annotations", "controlPlane.statefulSet.annotations", Same),
    ("podLabels", "controlPlane.statefulSet.pods.labels", Same),
    ("podAnnotations", "controlPlane.statefulSet.pods.annotations", Same),
    ("securityContext", "controlPlane.statefulSet.security.containerSecurityContext", Same),
    ("podSecurityContext", "controlPlane.statefulSet.security.podSecurityContext", Same),
];

const K8S: &[Row] = &[
    ("api.image", "controlPlane.distro.k8s.apiServer.image", Image),
    ("api.extraArgs", "controlPlane.distro.k8s.apiServer.extraArgs", Same),
    ("controller.image", "controlPlane.distro.k8s.controllerManager.image", Image),
    ("controller.extraArgs", "controlPlane.distro.k8s.controllerManager.extraArgs", Same),
    ("scheduler.image", "controlPlane.distro.k8s.scheduler.image", Image),
    ("scheduler.extraArgs", "controlPlane.distro.k8s.scheduler.extraArgs", Same),
    ("etcd.image", "controlPlane.backingStore.etcd.deploy.statefulSet.image", Image),
    ("etcd.extraArgs", "controlPlane.backingStore.etcd.deploy.statefulSet.extraArgs", Same),
    ("etcd.replicas", "controlPlane.backingStore.etcd.deploy.statefulSet.highAvailability.replicas", Same),
    ("etcd.resources", "controlPlane.backingStore.etcd.deploy.statefulSet.resources", Same),
    (
        "etcd.storage.persistence",
        "controlPlane.backingStore.etcd.deploy.statefulSet.persistence.volumeClaim.enabled",
        Same,
    ),
    ("etcd.storage.size", "controlPlane.backingStore.etcd.deploy.statefulSet.persistence.volumeClaim.size", Same),
    (
        "etcd.storage.className",
        "controlPlane.backingStore.etcd.deploy.statefulSet.persistence.volumeClaim.storageClass",
        Same,
    ),
    ("etcd.nodeSelector", "controlPlane.backingStore.etcd.deploy.statefulSet.scheduling.nodeSelector", Same),
    ("etcd.affinity", "controlPlane.backingStore.etcd.deploy.statefulSet.scheduling.affinity", Same),
    ("etcd.tolerations", "controlPlane.backingStore.etcd.deploy.statefulSet.scheduling.tolerations", Same),
    ("etcd.priorityClassName", "controlPlane.backingStore.etcd.deploy.statefulSet.scheduling.priorityClassName", Same),
    ("etcd.labels", "controlPlane.backingStore.etcd.deploy.statefulSet.labels", Same),
    ("etcd.annotations", "controlPlane.backingStore.etcd.deploy.statefulSet.annotations", Same),
    ("etcd.podLabels", "controlPlane.backingStore.etcd.deploy.statefulSet.pods.labels", Same),
    ("etcd.podAnnotations", "controlPlane.backingStore.etcd.deploy.statefulSet.pods.annotations", Same),
    (
        "etcd.securityContext",
        "controlPlane.backingStore.etcd.deploy.statefulSet.security.containerSecurityContext",
        Same,
    ),
    ("etcd.serviceAnnotations", "controlPlane.backingStore.etcd.deploy.service.annotations", Same),
    ("syncer.resources", "controlPlane.statefulSet.resources", Same),
    ("syncer.replicas", "controlPlane.statefulSet.highAvailability.replicas", Same),
    ("syncer.volumes", "controlPlane.statefulSet.persistence.addVolumes", Same),
    ("syncer.nodeSelector", "controlPlane.statefulSet.scheduling.nodeSelector", Same),
    ("syncer.affinity", "controlPlane.statefulSet.scheduling.affinity", Same),
    ("syncer.tolerations", "controlPlane.statefulSet.scheduling.tolerations", Same),
    ("syncer.priorityClassName", "controlPlane.statefulSet.scheduling.priorityClassName", Same),
    ("syncer.labels", "controlPlane.statefulSet.labels", Same),
    ("syncer.annotations", "controlPlane.statefulSet.annotations", Same),
    ("syncer.podLabels", "controlPlane.statefulSet.pods.labels", Same),
    ("syncer.podAnnotations", "controlPlane.statefulSet.pods.annotations", Same),
    ("syncer.securityContext", "controlPlane.statefulSet.security.containerSecurityContext", Same),
    ("syncer.podSecurityContext", "controlPlane.statefulSet.security.podSecurityContext", Same),
];
