package redissms

import (
	_ "embed" // the scripts

	"github.com/redis/go-redis/v9"
)

//go:embed reserve.lua
var reserveSource string

//go:embed release.lua
var releaseSource string

//go:embed claim.lua
var claimSource string

//go:embed unclaim.lua
var unclaimSource string

// The scripts are loaded by their hash at first use, and again by themselves
// after a restart of Redis.
var (
	reserve = redis.NewScript(reserveSource)
	release = redis.NewScript(releaseSource)
	claim   = redis.NewScript(claimSource)
	unclaim = redis.NewScript(unclaimSource)
)
