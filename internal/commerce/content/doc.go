// Package content is what a merchant shows besides goods: files, and the bytes of pictures. It owns store_files.
//
// Bytes are kept in a blob store under names made of them, and shown at /files/<name><extension>: what stands there never
// changes, and anybody who has the name may see it. Pictures were checked before they were kept, and each has a thumbnail
// beside it. The bytes of a picture outlive the record that they came with: orders, mails and texts go on showing them.
package content
