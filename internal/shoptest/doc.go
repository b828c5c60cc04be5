// Package shoptest gives tests a whole shop behind a real server, and plays scenarios to it on both database engines:
// each answer is held against what the scenario wants and against the face's OpenAPI document.
package shoptest
