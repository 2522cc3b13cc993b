// Reads an env file as programs do, and prints its variables as JSON.
//
//	read-dotenv compose|godotenv|docker FILE
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	compose "github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/docker/cli/pkg/kvfile"
	"github.com/joho/godotenv"
)

func read(reader, path string) (map[string]string, error) {
	switch reader {
	case "compose":
		return compose.GetEnvFromFile(map[string]string{}, []string{path})
	case "godotenv":
		return godotenv.Read(path)
	case "docker":
		lines, err := kvfile.Parse(path, os.LookupEnv)
		values := map[string]string{}
		for _, line := range lines {
			name, value, _ := strings.Cut(line, "=")
			values[name] = value
		}
		return values, err
	}
	return nil, fmt.Errorf("no such reader: %s", reader)
}

func main() {
	values, err := read(os.Args[1], os.Args[2])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(values)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
