"""How is Kubernetes told, so that nothing stays held? Jobs begin and pause, queues close, services scale."""
