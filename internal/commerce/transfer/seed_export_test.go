package transfer

// ReadSeed reads a file and tells what is wrong with it.
func ReadSeed(data []byte) error {
	_, err := readSeed(data)
	return err
}
