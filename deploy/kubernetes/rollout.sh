#!/bin/sh
# rollout.sh OVERLAY [NAMESPACE]: brings what an overlay says into the cluster: servers and settings first, then the migrations,
# and only when all of them are done the services, one replica after the other. Repeating it is harmless. Stops at the first failure;
# until the services are touched, the old ones serve on.
set -eu
overlay=${1:?which overlay? e.g. deploy/kubernetes/overlays/production}
namespace=${2:-rufbuch}
built=$(mktemp) && trap 'rm -f "$built"' EXIT
kubectl kustomize "$overlay" > "$built"

# The documents whose kind is one of these, or (with !) is none of them.
kinds() { awk -v not="$1" -v kinds="^($2)$" 'BEGIN { RS = "---\n"; ORS = "---\n" }
  { kind = ""; n = split($0, lines, "\n"); for (i = 1; i <= n; i++) if (lines[i] ~ /^kind: /) kind = substr(lines[i], 7)
    if ((kind ~ kinds) != (not == "!")) print }' "$built"; }

kinds "!" 'Deployment|Job|HorizontalPodAutoscaler' | kubectl apply -f -
if kinds "" "StatefulSet" | grep -q "^kind:"; then kubectl -n "$namespace" rollout status statefulset --timeout=10m; fi
if kinds "" "Cluster" | grep -q "^kind:"; then kubectl -n "$namespace" wait --for=condition=Ready cluster/postgres --timeout=15m; fi
kubectl -n "$namespace" delete job -l app.kubernetes.io/component=migration --ignore-not-found --wait
kinds "" 'Job' | kubectl apply -f -
kubectl -n "$namespace" wait --for=condition=complete job -l app.kubernetes.io/component=migration --timeout=10m
kubectl apply -f "$built"
kubectl -n "$namespace" rollout status deployment --timeout=15m
