// Pause holds a pod's namespaces open: the first container of every pod, which does nothing until it is told to end.
// Kubernetes publishes such an image; with no registry at hand, this is ours.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	<-end
}
