// Package apnspush sends notifications to Apple devices through the Apple Push
// Notification service (APNs): alerts, background pushes, location pushes, VoIP
// and Live Activities.
package apnspush
