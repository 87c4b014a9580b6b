"""How does Kubernetes speak of jobs, queues and services? Objects as its API gives them, decoded; patches, encoded."""
