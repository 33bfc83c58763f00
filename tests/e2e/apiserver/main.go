// Command apiserver is a Kubernetes API server with its etcd in one process, for tests on loopback.
//
// It takes kube-apiserver's own flags, and two of its own: the folder that everything it writes goes to, and the port that its etcd
// listens on. It knows nothing of trees, policies or tenants, and ends with the signal that ends it.
package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	command := app.NewAPIServerCommand()
	folder := command.Flags().String("folder", "", "folder of etcd's data, certificates and keys")
	port := command.Flags().Int("etcd-port", 0, "loopback port of the embedded etcd")
	serve := command.RunE
	command.Use = "apiserver"
	command.RunE = func(command *cobra.Command, arguments []string) error {
		if *folder == "" || *port == 0 {
			return errors.New("--folder and --etcd-port are needed")
		}
		endpoint, err := startEtcd(filepath.Join(*folder, "etcd"), *port)
		if err != nil {
			return fmt.Errorf("etcd: %w", err)
		}
		key := filepath.Join(*folder, "accounts.key")
		if err := writeKey(key); err != nil {
			return fmt.Errorf("the key of service accounts: %w", err)
		}
		for flag, value := range map[string]string{
			"etcd-servers":                     endpoint,
			"cert-dir":                         filepath.Join(*folder, "certificates"),
			"service-account-key-file":         key,
			"service-account-signing-key-file": key,
			"service-account-issuer":           "https://kubernetes.default.svc",
		} {
			if err := command.Flags().Set(flag, value); err != nil {
				return err
			}
		}
		return serve(command, arguments)
	}
	os.Exit(cli.Run(command))
}

// startEtcd starts an etcd without a peer and returns its client address once it is ready.
//
// Nothing of it outlives the test, so it does not wait for the disk.
func startEtcd(data string, port int) (string, error) {
	client := url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)}
	// Port 0: any free one, for nobody joins.
	peer := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config := embed.NewConfig()
	config.Dir = data
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	server, err := embed.StartEtcd(config)
	if err != nil {
		return "", err
	}
	select {
	case <-server.Server.ReadyNotify():
		return client.String(), nil
	case err := <-server.Err():
		return "", err
	case <-time.After(time.Minute):
		server.Close()
		return "", errors.New("not ready after a minute")
	}
}

func writeKey(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}
